"""What the catalog holds of objects that tell of lineage: views, routines, and the triggers of each table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from connectors.common.sql.lineage.bodies.texts import ROUTINES
from connectors.common.sql.lineage.views.definitions import VIEWS
from connectors.common.sql.sliced_source import routine_rule
from connectors.common.sql.stored_objects import children
from specs import names
from specs.config import MetadataExtract
from specs.contracts.parts.resolver import Resolver, StoredObject
from specs.entities.lineage import Lineage
from specs.topology.node import Item, Outcome
from specs.topology.scope import EVERYTHING, KeyRange, Scope

Teller = Literal["Table", "StoredProcedure", "Trigger"]
"""The types of objects that tell of lineage; of tables, those that are views."""
VIEW: Teller = "Table"
ROUTINE: Teller = "StoredProcedure"
TRIGGER: Teller = "Trigger"
_CONTAINING: Mapping[Teller, tuple[str, ...]] = {VIEW: VIEWS, ROUTINE: ROUTINES, TRIGGER: ()}
"""Pieces of JSON one of which objects contain that tell of lineage."""
TYPE = Lineage.type_name()


class CatalogListings:
    """Lists over ``catalog``, with the filters of ``extract``. All methods raise ``Retry`` as the resolver does."""

    def __init__(self, catalog: Resolver, extract: MetadataExtract) -> None:
        self._catalog, self._extract = catalog, extract

    def objects(self, type_: Teller, scope: Scope, span: KeyRange, *, contents: bool) -> Iterator[StoredObject]:
        """The objects of one type below ``scope`` that tell of lineage, by the last parts of their FQNs."""
        return self._pages(scope, type_, span, containing=_CONTAINING[type_], contents=contents)

    def names(self, type_: str, scope: Scope) -> list[str]:
        """The names of containers below ``scope``, sorted."""
        return sorted(each.name for each in self._pages(scope, type_, EVERYTHING, contents=False))

    def trigger_tables(self, scope: Scope, span: KeyRange) -> Iterator[Item]:
        """The tables of a schema that have triggers, or had some of which the catalog still tells."""
        after = ""
        begin = f"{scope.fqn}."
        while page := self._catalog.holders(scope.fqn, ("Trigger", TYPE), after=after):
            for fqn in page:
                key, name = fqn[len(begin) :], names.split(fqn)[-1]
                dropped = all(self._extract.rule(kind, name) for kind in ("tables", "views"))
                if key in span and not dropped:
                    yield Item(key, name)
            after = page[-1]

    def kept(self, scope: Scope, stored: StoredObject) -> Item | Outcome:
        """The item of an object, or an outcome with the rule that drops it."""
        key = stored.fqn[len(scope.fqn) + 1 :]
        rule = None
        if stored.type == VIEW:
            rule = self._extract.rule("views", stored.name)
        elif stored.type == ROUTINE:
            rule = routine_rule(self._extract, stored.name.partition("(")[0], stored.name)
        return Item(key, stored.name) if rule is None else Outcome("filtered", TYPE, stored.fqn, key, rule)

    def _pages(
        self, scope: Scope, type_: str, span: KeyRange, *, containing: tuple[str, ...] = (), contents: bool
    ) -> Iterator[StoredObject]:
        begin = f"{scope.fqn}."
        after = "" if span.after is None else begin + span.after
        until = None if span.until is None else begin + span.until
        options: dict[str, Any] = {"containing": containing, "until": until, "contents": contents}
        found = children(self._catalog, scope.fqn, type_, after=after, **options)
        return (each for each in found if each.fqn[len(begin) :] in span)
