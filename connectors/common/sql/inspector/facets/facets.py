"""The facets of a relation that the inspector reads, and those that a catalog reads in their place."""

from __future__ import annotations

from sqlalchemy import engine

from connectors.common.sql.inspector.dialects.catalogs import DialectCatalog
from connectors.common.sql.inspector.driver import InspectorDriver
from connectors.common.sql.inspector.facets.reflection import Reflection
from connectors.common.sql.inspector.listing import KINDS
from connectors.common.sql.slices import Facet, Listed

ON_TABLES = ("pk_constraint", "unique_constraints", "foreign_keys", "indexes", "check_constraints")
"""Facets that views do not have."""
_EACH = 4
"""Statements that dialects send for one facet, at most."""


def facets(read: Reflection, catalog: DialectCatalog | None, *, ddl: bool) -> list[Facet]:
    """The facets of a relation, the one that proves presence first: the columns, or what a catalog has for them."""

    def relations(listed: Listed) -> bool:
        return listed.data in ("table", "materialized_view")

    found = [Facet("columns", read.columns), Facet("table_comment", read.multi("table_comment"))]
    found += [Facet(name, read.multi(name), relations) for name in ON_TABLES]
    if ddl:
        found.append(Facet("definition", read.definitions, lambda listed: listed.data != "table"))
    if catalog is None:
        return found
    own = catalog.facets()
    instead = catalog.without | {each.name for each in own}
    kept = [each for each in found if each.name not in instead]
    return [*kept, *own] if kept and kept[0].name == "columns" else [*own, *kept]


def statements(driver: InspectorDriver, slice_: int, *, ddl: bool) -> int:
    """The most statements that a slice of so many relations takes; how many are sent depends on the dialect."""
    dialect = type(driver.inspector().dialect)
    native = dialect.get_multi_columns is not engine.default.DefaultDialect.get_multi_columns
    each = 1 if native else slice_
    return _EACH * (2 + len(ON_TABLES)) * each + (slice_ if ddl else 0) + len(KINDS)
