"""The dialects whose database's own catalog is read too, because the dialect leaves out or garbles facts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from connectors.common.sql.inspector.dialects.clickhouse import ClickHouseCatalog
from connectors.common.sql.inspector.dialects.hive import HiveCatalog
from connectors.common.sql.inspector.dialects.sqlite import SqliteCatalog
from connectors.common.sql.inspector.driver import InspectorDriver
from connectors.common.sql.slices import Facet
from specs.entities.database.tables import Table


class DialectCatalog(Protocol):
    """Facts that are read from the database's catalog beside the inspector."""

    @property
    def without(self) -> frozenset[str]:
        """Facets of the inspector that this replaces."""
        ...

    def relations(self, schema: str) -> list[tuple[str, str]] | None:
        """``(kind, name)`` in place of the inspector's listings; ``None`` where these are right."""
        ...

    def facets(self) -> list[Facet]:
        """Further facets, or some in place of the inspector's."""
        ...

    def completed(self, table: Table, told: dict[str, Any]) -> Table:
        """``table`` with what the facets told."""
        ...


def catalog(driver: InspectorDriver, spelled: Callable[[str], str | None]) -> DialectCatalog | None:
    """The one for the dialect of ``driver``; ``spelled`` gives a schema of ours as the dialect spells it."""
    dialect = driver.inspector().dialect.name
    if dialect.startswith("clickhouse"):
        return ClickHouseCatalog(driver, spelled)
    if dialect == "sqlite":
        return SqliteCatalog(driver, spelled)
    return HiveCatalog(driver, spelled) if dialect == "hive" else None
