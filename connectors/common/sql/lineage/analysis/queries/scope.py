"""The scope of a SELECT: what stands in its FROM, and what a column's name stands for there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlglot import exp

from connectors.common.sql.lineage.analysis.relations import Computed, Origins, Output, Relation, gathered
from specs.contracts.parts.statements import TableName


class FromItem(NamedTuple):
    """Something in FROM, and how it is called there; ``table`` is the name of the relation when it is one."""

    alias: str
    relation: Relation
    table: TableName | None = None


class QueryScope:
    """Sources in order. ``outer`` is the scope around a subquery; ``merged`` are the names of USING."""

    __slots__ = ("aliases", "ctes", "merged", "outer", "prefers_aliases", "scalars", "sources", "windows")

    def __init__(self, outer: QueryScope | None, ctes: dict[str, Relation]) -> None:
        self.outer, self.ctes = outer, ctes
        self.sources: list[FromItem] = []
        self.aliases: dict[str, Output] = {}
        self.merged: dict[str, list[FromItem]] = {}
        self.prefers_aliases = False
        self.scalars: dict[str, exp.Expr] = {}
        self.windows: dict[str, exp.Expr] = {}

    def cte(self, name: str) -> Relation | None:
        """The query of this name that WITH declares here or further out."""
        scope: QueryScope | None = self
        while scope is not None:
            if (found := scope.ctes.get(name)) is not None:
                return found
            scope = scope.outer
        return None

    def scalar(self, name: str) -> exp.Expr | None:
        """The expression of this name that WITH declares here or further out."""
        scope: QueryScope | None = self
        while scope is not None:
            if (found := scope.scalars.get(name)) is not None:
                return found
            scope = scope.outer
        return None

    def column(self, name: str) -> Origins | None:
        """What a name without a table is made of: columns that are known come before aliases of the same SELECT,
        these before scopes further out, and all before what an open relation may have. ``None``: it fits nothing."""
        scope: QueryScope | None = self
        while scope is not None:
            found = scope._known(name)
            if found is not None:
                return found
            if (alias := scope.aliases.get(name.casefold())) is not None and (
                scope.prefers_aliases or not scope._opens()
            ):
                return alias.origins
            if opens := scope._opens():
                return opens[0].relation.guess(name) if len(opens) == 1 else None
            scope = scope.outer
        return None

    def known(self, name: str) -> bool:
        """Whether a source is known to have a column of this name."""
        return self._known(name) is not None

    def _known(self, name: str) -> Origins | None:
        if self.merged and (sources := self.merged.get(name.casefold())) is not None:
            return gathered(each.relation.find(name) or each.relation.guess(name) for each in sources)
        found = [each for each in (source.relation.find(name) for source in self.sources) if each is not None]
        if len(found) == 1:
            return found[0]
        return gathered(found) if found else None

    def _opens(self) -> list[FromItem]:
        opens = [each for each in self.sources if each.relation.open]
        stored = [each for each in opens if not isinstance(each.relation, Computed)]
        return stored or opens

    def source(self, qualifiers: Sequence[str]) -> FromItem | None:
        """The source that is called so: by its alias, or by the name of its relation with what stands before it. Where
        nothing is called so, the relation itself, which some databases let one name although it has an alias."""
        scope: QueryScope | None = self
        while scope is not None:
            if len(qualifiers) == 1:  # by far the most
                for each in scope.sources:
                    if each.alias == qualifiers[0]:
                        return each
            for exact in (True, False):
                for each in scope.sources:
                    if _called(each, qualifiers, exact):
                        return each
            scope = scope.outer
        named = [
            each for each in self.sources if each.table is not None and _named(each.table, qualifiers, exact=False)
        ]
        return named[0] if len(named) == 1 else None


def _called(source: FromItem, qualifiers: Sequence[str], exact: bool) -> bool:
    if len(qualifiers) == 1:
        return _equal(source.alias, qualifiers[0], exact)
    table = source.table
    if table is None or source.alias.casefold() != table.name.casefold():
        return False
    return _named(table, qualifiers, exact)


def _named(table: TableName, qualifiers: Sequence[str], exact: bool) -> bool:
    named = table[-len(qualifiers) :]
    return len(qualifiers) <= 3 and all(_equal(*each, exact) for each in zip(named, qualifiers, strict=True))


def _equal(one: str, other: str, exact: bool) -> bool:
    return one == other if exact else one.casefold() == other.casefold()
