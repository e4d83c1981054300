"""The catalog: what exists, what it looks like, what changed. Shares its database with the ledger."""

from workers.catalog.deletion.conclusion import conclude, plan_confirmation, record_verdicts
from workers.catalog.reader import Catalog
from workers.catalog.upsert.writer import CatalogWriter, Stored
from workers.catalog.views import Brief, Change, Deletion, Difference, Entry, ServiceView

__all__ = [
    "Brief",
    "Catalog",
    "CatalogWriter",
    "Change",
    "Deletion",
    "Difference",
    "Entry",
    "ServiceView",
    "Stored",
    "conclude",
    "plan_confirmation",
    "record_verdicts",
]
