"""Answers what parts that build on stored metadata ask of the catalog, as ``specs.contracts.parts.resolver`` says."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from specs import names
from specs.contracts.parts.resolver import ANSWER_BYTES, NameQuery, StoredObject, folded
from workers.store.statements import Statements, Transactions

if TYPE_CHECKING:
    from workers.store.database import SqlDatabase

_BEHIND = "/"
"""The character behind the dot: an FQN with it lies behind all that is below the FQN."""
LAST = "\U0010ffff"
"""A text behind every FQN."""


class _Fit(NamedTuple):
    id: int
    type: str
    fqn: str
    name: str
    size: int


class CatalogResolver:
    """Implements ``Resolver`` over the catalog's own database; ``most`` are the bytes after which an answer ends."""

    def __init__(self, db: SqlDatabase, most: int = ANSWER_BYTES) -> None:
        self._transactions = Transactions(db, "workers.catalog")
        self._most = most

    def children(
        self, parent: str, type_: str, *, containing: Sequence[str] = (), after: str = "", until: str | None = None,
        limit: int = 1000, contents: bool = True,
    ) -> list[StoredObject]:  # fmt: skip
        given = {"parent": parent, "type": type_, "after": after, "until": LAST if until is None else until}
        with self._transactions.read() as sql:
            if containing:
                pieces = json.dumps(list(containing))
                rows = sql.all("resolver_children_containing", containing=pieces, limit=limit, **given)
            else:
                rows = sql.all("resolver_children", limit=limit, **given)
            found = [_Fit(*row) for row in rows]
            if not contents:
                return [StoredObject(each.type, each.fqn, each.name, "") for each in found]
            return [stored for fits in self._read(sql, [[each] for each in found]) for stored in fits]

    def holders(self, scope: str, types: Sequence[str], *, after: str = "", limit: int = 1000) -> list[str]:
        given = {"begin": f"{scope}.", "end": f"{scope}{_BEHIND}", "scope": scope, "after": after}
        with self._transactions.read() as sql:
            return [
                str(each)
                for each in sql.column("resolver_holders", types=json.dumps(list(types)), limit=limit, **given)
            ]

    def named(self, queries: Sequence[NameQuery], types: Sequence[str] = ("Table",)) -> list[list[StoredObject]]:
        with self._transactions.read() as sql:
            return self._read(sql, _fitting(sql, queries, json.dumps(list(types))))

    def statistics(self, type_: str, fqn: str) -> str | None:
        with self._transactions.read() as sql:
            rows = sql.all("resolver_statistics", type=type_, fqn=fqn)
        return str(rows[0][0]) if rows and rows[0][0] else None

    def _read(self, sql: Statements, groups: Sequence[list[_Fit]]) -> list[list[StoredObject]]:
        """The objects of the first groups, at least one, as many as an answer may hold."""
        held, kept = 0, 0
        for group in groups:
            held += sum(each.size for each in group)
            if kept and held > self._most:
                break
            kept += 1
        ids = [each.id for group in groups[:kept] for each in group]
        contents = {row[0]: str(row[1]) for row in sql.all("resolver_contents", ids=json.dumps(ids))} if ids else {}
        return [
            [StoredObject(each.type, each.fqn, each.name, contents[each.id]) for each in group]
            for group in groups[:kept]
        ]


def _fitting(sql: Statements, queries: Sequence[NameQuery], types: str) -> list[list[_Fit]]:
    found: list[list[_Fit]] = [[] for _ in queries]
    fqns = [names.child(each.parent, each.name) if each.parent else names.build(each.name) for each in queries]
    for at, *row in sql.all("resolver_named", fqns=json.dumps(fqns), types=types):
        found[at].append(_Fit(*row))
    missed: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for at, query in enumerate(queries):
        if query.folded and not found[at]:
            missed[query.parent][folded(names.clean(query.name))].append(at)
    for parent, places in missed.items():
        rows = sql.all("resolver_folded", parent=parent, names=json.dumps(list(places)), types=types)
        for name, *row in rows:
            for at in places.get(name, ()):
                found[at].append(_Fit(*row))
    return found
