"""The catalog: what exists, what it looks like, what changed. Shares its database with the ledger."""

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
