"""The catalog: what exists, what it looks like, what changed. Shares its database with the ledger."""

from workers.catalog.writer import CatalogWriter, Stored

__all__ = ["CatalogWriter", "Stored"]
