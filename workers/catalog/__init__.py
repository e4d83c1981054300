"""The catalog: what exists, what it looks like, what changed. Shares its database with the ledger.
It owns the tables of entities, of the change feed, and of what runs did not see.
The ledger calls it within commits and at the end of runs; people and commands ask ``Catalog``.
"""

from workers.catalog.deletion.conclusion import conclude, plan_confirmation, record_verdicts
from workers.catalog.reader import Catalog
from workers.catalog.upsert.writer import CatalogWriter, StoredRows
from workers.catalog.views import Brief, ChangeView, DeletionView, Difference, Entry, ServiceView

__all__ = [
    "Brief",
    "Catalog",
    "CatalogWriter",
    "ChangeView",
    "DeletionView",
    "Difference",
    "Entry",
    "ServiceView",
    "StoredRows",
    "conclude",
    "plan_confirmation",
    "record_verdicts",
]
