"""The relations of the catalog that names in statements mean, with their columns; looked up in sets and cached."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from connectors.common.sql.lineage.naming import NamingRules
from connectors.common.sql.stored_objects import named
from specs import names
from specs.contracts.parts.resolver import NameQuery, Resolver, StoredObject
from specs.contracts.parts.statements import Columns, TableName

CACHE_BYTES = 16_000_000
"""Bytes, about, of relations that are kept for statements to come."""
_OBJECT, _COLUMN = 400, 160
"""Bytes, about, that a relation and one of its columns take besides their texts."""


class KnownRelation(NamedTuple):
    """A relation of the catalog: ``table`` is its place, by which statements' answers call it."""

    fqn: str
    table: TableName
    columns: tuple[tuple[str, str], ...]


Meanings = dict[TableName, tuple[KnownRelation, ...]]
"""What names mean: nothing, one relation, or several that differ in case."""


class KnownRelations:
    """Looks relations of one service up through ``resolver``. All methods raise ``Retry`` as it does."""

    def __init__(self, resolver: Resolver, service: str, rules: NamingRules, most: int = CACHE_BYTES) -> None:
        self._resolver, self._service, self._rules, self._most = resolver, service, rules, most
        self._cache: OrderedDict[tuple[TableName, str], tuple[KnownRelation, ...]] = OrderedDict()
        self._held = 0

    @property
    def rules(self) -> NamingRules:
        """How names lead to objects."""
        return self._rules

    def clear(self) -> None:
        """Forget what was looked up."""
        self._cache.clear()
        self._held = 0

    def meanings(self, said: Iterable[TableName], home: str = "") -> Meanings:
        """What each of these names means; ``home`` see ``NamingRules.readings``."""
        wanted = list(dict.fromkeys(said))
        found: Meanings = {}
        for name in wanted:
            if (name, home) in self._cache:
                self._cache.move_to_end((name, home))
                found[name] = self._cache[name, home]
        missing = [name for name in wanted if name not in found]
        for name, relations in zip(missing, self._looked_up(missing, home), strict=True):
            found[name] = relations
            self._keep((name, home), relations)
        return found

    def _looked_up(self, said: Sequence[TableName], home: str) -> list[tuple[KnownRelation, ...]]:
        """What each name means by the first of its readings that means anything."""
        found: list[tuple[KnownRelation, ...]] = [() for _ in said]
        readings = [self._rules.readings(name, home) for name in said]
        for turn in range(max(map(len, readings), default=0)):
            places = [at for at, each in enumerate(readings) if turn < len(each) and not found[at]]
            read = self._read([readings[at][turn] for at in places])
            for at, relations in zip(places, read, strict=True):
                found[at] = relations
        return found

    def _read(self, wanted: Sequence[TableName]) -> list[tuple[KnownRelation, ...]]:
        """The relations, level by level: databases, schemas, relations."""
        root = names.build(self._service)
        databases = self._below([((root,), name.database) for name in wanted], "Database")
        schemas = self._below([(fqns, name.schema) for fqns, name in zip(databases, wanted, strict=True)], "Schema")
        queries = [
            NameQuery(fqn, name.name, self._rules.folded)
            for fqns, name in zip(schemas, wanted, strict=True)
            for fqn in fqns
        ]
        answers = iter(named(self._resolver, queries, ("Table",)))
        return [tuple(known_relation(each) for _ in fqns for each in next(answers)) for fqns in schemas]

    def _below(self, wanted: Sequence[tuple[tuple[str, ...], str]], type_: str) -> list[tuple[str, ...]]:
        """The FQNs of containers of one type, by their parents and names; each is asked for once."""
        queries = {
            NameQuery(parent, name, self._rules.folded): () for parents, name in wanted for parent in parents if name
        }
        asked = list(queries)
        fitting = dict(zip(asked, named(self._resolver, asked, (type_,)), strict=True))
        return [
            tuple(
                each.fqn for parent in parents for each in fitting.get(NameQuery(parent, name, self._rules.folded), ())
            )
            for parents, name in wanted
        ]

    def _keep(self, name: tuple[TableName, str], relations: tuple[KnownRelation, ...]) -> None:
        self._cache[name] = relations
        self._held += _size(relations)
        while self._held > self._most:
            _, dropped = self._cache.popitem(last=False)
            self._held -= _size(dropped)


def known_columns(meanings: Meanings) -> Columns:
    """The columns of relations, for the parser. What a name means that the catalog does not call so stands under the
    name, too; and what means nothing has no columns, so that nothing of a similar name is taken for it."""
    found: dict[TableName, tuple[tuple[str, str], ...]] = {}
    for said, relations in meanings.items():
        found |= {relation.table: relation.columns for relation in relations}
        if len(relations) < 2:
            found.setdefault(said, relations[0].columns if relations else ())
    return found


def known_relation(stored: StoredObject) -> KnownRelation:
    """A relation of the catalog with its place and its columns."""
    path = names.split(stored.fqn)
    told = json.loads(stored.content).get("columns", ())
    columns = tuple((each["name"], each["native_type"]) for each in told)
    return KnownRelation(stored.fqn, TableName(path[-3], path[-2], path[-1]), columns)


def _size(relations: tuple[KnownRelation, ...]) -> int:
    columns = sum(_COLUMN + len(name) + len(type_) for each in relations for name, type_ in each.columns)
    return _OBJECT * (1 + len(relations)) + columns
