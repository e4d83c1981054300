"""What a recipe declares of lineage, checked against the catalog."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from connectors.common.sql.lineage.listings import TYPE
from connectors.common.sql.stored_objects import named
from specs import names
from specs.contracts.parts.resolver import NameQuery, Resolver, StoredObject
from specs.entities import describes, entity_types
from specs.entities.lineage import ColumnFlow, ColumnSource, Edge, Flow, Lineage
from specs.sources.database.declarations import DeclaredEdge
from specs.topology.node import Item, Outcome
from specs.topology.scope import KeyRange, Scope

BEGINNING = "declared "
"""What the names of declared lineage begin with; the FQN of the target is behind."""
_TYPES = tuple(each for each in entity_types if not describes(each))


class DeclaredTarget(NamedTuple):
    """The lineage of one object, and what in it does not fit the catalog."""

    lineage: Lineage
    problems: tuple[str, ...]


class Declarations:
    """What the recipe of one service declares. All methods raise ``Retry`` as the resolver does."""

    def __init__(self, edges: Sequence[DeclaredEdge], service: str) -> None:
        self._service = service
        self._by_target: dict[str, list[DeclaredEdge]] = {}
        for each in edges:
            self._by_target.setdefault(BEGINNING + each.target, []).append(each)

    def __contains__(self, name: str) -> bool:
        return name in self._by_target

    def items(self, span: KeyRange) -> Iterator[Item]:
        """Each target, with what feeds it; the key is the name of its lineage."""
        for key in sorted(self._by_target):
            if key in span:
                yield Item(key, key, self._by_target[key])

    def told(self, item: Item, scope: Scope, catalog: Resolver) -> Iterator[Lineage | Outcome]:
        """Yields the lineage of a target, and an outcome for each name that fits nothing."""
        edges: list[DeclaredEdge] = item.data
        found = self._made(item.name, scope, edges, self._objects(edges, catalog))
        yield found.lineage
        for at, problem in enumerate(found.problems):
            key = f"{item.key} {at + 1}"
            yield Outcome("failed", TYPE, names.child(scope.parent_fqn, key), key, "unknown", problem, stands=False)

    def _objects(self, edges: Sequence[DeclaredEdge], catalog: Resolver) -> dict[str, StoredObject]:
        wanted = list(dict.fromkeys(fqn for each in edges for fqn in (each.source, each.target)))
        queries = [NameQuery(names.build(*path[:-1]), path[-1]) for path in map(names.split, wanted)]
        found = named(catalog, queries, _TYPES)
        return {fqn: fitting[0] for fqn, fitting in zip(wanted, found, strict=True) if fitting}

    def _made(
        self, name: str, scope: Scope, edges: Sequence[DeclaredEdge], known: dict[str, StoredObject]
    ) -> DeclaredTarget:
        target = edges[0].target
        problems = [self._unknown(fqn) for fqn in dict.fromkeys([target, *(each.source for each in edges)])
                    if fqn not in known and self._is_own(fqn)]  # fmt: skip
        fed: dict[str, Edge] = {}
        columns: dict[str, dict[ColumnSource, None]] = {}
        unresolved = [each.source for each in edges if each.source not in known and self._is_own(each.source)]
        for each in edges:
            if each.source in unresolved:
                continue
            type_ = known[each.source].type if each.source in known else "Table"
            fed[each.source] = Edge(source=each.source, source_type=type_, note=each.note)
            for column, sources in each.columns.items():
                made = columns.setdefault(column, {})
                made |= {ColumnSource(source=each.source, column=source): None for source in sources}
            problems += _strange(target, list(each.columns), known)
            problems += _strange(each.source, [one for some in each.columns.values() for one in some], known)
        flow = Flow(
            target=target,
            target_type=known[target].type if target in known else "Table",
            edges=tuple(fed.values()),
            columns=tuple(ColumnFlow(column=column, sources=tuple(made)) for column, made in columns.items()),
        )
        lineage = Lineage(
            fqn=scope.fqn, name=name, parent=scope.parent_fqn, target_type=flow.target_type, evidence="declared",
            flows=(flow,), unresolved=tuple(unresolved),
        )  # fmt: skip
        return DeclaredTarget(lineage, tuple(dict.fromkeys(problems)))

    def _is_own(self, fqn: str) -> bool:
        """Whether the name is one of this service, whose objects are all known; others may be crawled later."""
        return names.split(fqn)[0] == self._service

    def _unknown(self, fqn: str) -> str:
        return f"declared lineage names {fqn}, which is no object of the catalog"


def _strange(fqn: str, columns: Sequence[str], known: dict[str, StoredObject]) -> list[str]:
    """What to say of columns that an object does not have."""
    if fqn not in known:
        return []
    content: dict[str, Any] = json.loads(known[fqn].content)
    has = {each["name"] for each in content.get("columns", ()) if "name" in each}
    return [f"declared lineage names the column {name!r}, which {fqn} does not have" for name in columns
            if has and name not in has]  # fmt: skip
