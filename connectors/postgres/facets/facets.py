"""The facets of each kind of object: one statement per facet and slice, all of a slice in one round trip."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from connectors.common.sql.sliced_source import GIVEN
from connectors.common.sql.slices import Facet, Listed
from connectors.postgres.build.relations.columns import ColumnRow, shared
from connectors.postgres.build.relations.indexes import KeyDetails
from connectors.postgres.build.types import Types
from connectors.postgres.driver.driver import PostgresDriver
from connectors.postgres.facets.long_texts import whole
from connectors.postgres.facets.shared_trip import SharedTrip
from specs.config import MetadataExtract

_Rows = Iterable[tuple[Any, ...]]
Read = Callable[[Sequence[Listed]], _Rows]

BODY = 10
"""The column of ``routines`` with the body."""


def facets(
    node: str, driver: PostgresDriver, types: Types, details: KeyDetails, extract: MetadataExtract
) -> tuple[Facet, ...]:
    """The facets of a node; those that few objects have are read only where the listing saw such objects.

    ``Listed.data`` of tables is ``(relkind, has triggers, is a partition, inherits, has rules, has policies, has
    extended statistics, extension)``; that of everything ends with the extension.
    """

    asked = SharedTrip(driver).rows

    def rows(name: str) -> Read:
        return lambda kept: asked(name, kept)

    def texts(name: str, piece: str, at: int, part: int | None = None) -> Read:
        return lambda kept: _then(asked(name, kept), lambda found: whole(driver, piece, found, at, part))

    def columns(found: _Rows) -> _Rows:
        known = list(map(ColumnRow._make, found))
        types.ensure(shared(known))
        return known

    def user_types(found: _Rows) -> _Rows:
        known = list(found)
        types.ensure({(row[0], -1) for row in known if row[3] in "ec"})
        return known

    def indexes(found: _Rows) -> _Rows:
        known = list(found)
        details.ensure(known)
        return known

    if node == "schema_object":
        return (GIVEN,)
    if node == "type":
        return (
            Facet("type", lambda kept: _then(asked("user_types", kept), user_types)),
            Facet("constraints", rows("domain_constraints"), lambda each: each.data[0] == "d"),
            Facet("attributes", rows("attributes"), lambda each: each.data[0] == "c"),
        )
    if node == "sequence":
        values = (Facet("value", rows("sequence_values")),) if extract.sizes else ()
        return (Facet("sequence", rows("sequences")), *values)
    if node == "stored_procedure":
        return (Facet("routine", texts("routines", "body_piece", BODY)),)
    found = [
        Facet("relation", rows("relations")),
        Facet("comments", texts("comments", "comment_piece", 2, part=1)),
        Facet("columns", lambda kept: _then(asked("columns", kept), columns)),
        Facet("constraints", rows("constraints"), lambda each: each.data[0] in "rpf"),
        Facet("indexes", lambda kept: _then(asked("indexes", kept), indexes), lambda each: each.data[0] in "rpm"),
        Facet("triggers", rows("triggers"), lambda each: bool(each.data[1])),
        Facet("parents", rows("parents"), lambda each: bool(each.data[3])),
        Facet("partitioning", rows("partitioning"), lambda each: each.data[0] == "p" or each.data[2]),
        Facet("foreign", rows("foreign"), lambda each: each.data[0] == "f"),
        Facet("rewrites", rows("rewrites"), lambda each: bool(each.data[4])),
        Facet("policies", rows("policies"), lambda each: bool(each.data[5])),
        Facet("statistics", rows("statistics"), lambda each: bool(each.data[6])),
    ]
    if driver.version >= 180000:
        found.append(Facet("not_null", rows("not_null"), lambda each: each.data[0] in "rpf"))
    if extract.sizes:
        found.append(Facet("sizes", rows("sizes"), lambda each: each.data[0] in "rm"))
    if extract.ddl:
        found.append(Facet("views", texts("views", "view_piece", 1), lambda each: each.data[0] in "vm"))
    return tuple(found)


def _then(rows: _Rows, finish: Callable[[_Rows], _Rows]) -> Iterator[tuple[Any, ...]]:
    """``finish`` the rows when they are asked for, not before: other facets may still send something along."""
    yield from finish(rows)


STATEMENTS = {"type": 6, "sequence": 1, "table": 18, "stored_procedure": 1}
"""Statements per slice besides the listing, at most: the facets, the look-ups of types and of what indexes are made of,
and the transaction's begin and end where there is more than one facet. Without DDL, or with sizes: see ``facets``."""
