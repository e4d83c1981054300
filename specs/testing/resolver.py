"""The acceptance suite of resolvers, and one that holds its objects in memory, for tests of sources."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence

import pytest

from specs import names
from specs.contracts.parts.resolver import ANSWER_BYTES, NameQuery, Resolver, StoredObject, folded
from specs.entities.base import Entity


class MemoryResolver:
    """A ``Resolver`` over given objects. ``asked`` counts its calls; ``most`` are the bytes after which an answer
    ends."""

    def __init__(self, objects: Iterable[StoredObject] = (), most: int = ANSWER_BYTES) -> None:
        self.objects = sorted(objects, key=lambda each: (each.fqn, each.type))
        self.most, self.asked = most, 0
        self.told: dict[tuple[str, str], str] = {}

    @classmethod
    def of(cls, entities: Iterable[Entity]) -> MemoryResolver:
        """A resolver that knows these entities."""
        known = list(entities)
        made = cls(StoredObject(each.type_name(), each.fqn, each.name, each.content()) for each in known)
        made.told = {(each.type_name(), each.fqn): text for each in known if (text := each.stats()) is not None}
        return made

    def children(
        self,
        parent: str,
        type_: str,
        *,
        containing: Sequence[str] = (),
        after: str = "",
        until: str | None = None,
        limit: int = 1000,
        contents: bool = True,
    ) -> list[StoredObject]:
        self.asked += 1
        found = [
            each
            for each in self.objects
            if each.type == type_ and _parent(each.fqn) == parent and after < each.fqn
            if until is None or each.fqn <= until
            if not containing or any(piece in each.content for piece in containing)
        ][:limit]
        if not contents:
            return [each._replace(content="") for each in found]
        return [each for group in self._bounded([[each] for each in found]) for each in group]

    def holders(self, scope: str, types: Sequence[str], *, after: str = "", limit: int = 1000) -> list[str]:
        self.asked += 1
        begin = f"{scope}."
        found = {_parent(each.fqn) for each in self.objects if each.type in types and each.fqn.startswith(begin)}
        return sorted(each for each in found if each != scope and each > after)[:limit]

    def named(self, queries: Sequence[NameQuery], types: Sequence[str] = ("Table",)) -> list[list[StoredObject]]:
        self.asked += 1
        return self._bounded([self._fitting(query, types) for query in queries])

    def statistics(self, type_: str, fqn: str) -> str | None:
        self.asked += 1
        return self.told.get((type_, fqn))

    def _fitting(self, query: NameQuery, types: Sequence[str]) -> list[StoredObject]:
        name = names.clean(query.name)
        below = [each for each in self.objects if each.type in types and _parent(each.fqn) == query.parent]
        equal = [each for each in below if each.name == name]
        if equal or not query.folded:
            return equal
        return [each for each in below if folded(each.name) == folded(name)]

    def _bounded(self, groups: list[list[StoredObject]]) -> list[list[StoredObject]]:
        held, kept = 0, 0
        for group in groups:
            held += sum(len(each.content.encode()) for each in group)
            if kept and held > self.most:
                break
            kept += 1
        return groups[:kept]


def _parent(fqn: str) -> str:
    above = names.split(fqn)[:-1]
    return names.build(*above) if above else ""


class ResolverSuite:
    """What every resolver must do. Subclasses implement ``opened``."""

    @pytest.fixture
    def opened(self) -> Callable[..., Resolver]:
        """A function of objects and ``most``, the bytes after which an answer ends, that makes a resolver."""
        raise NotImplementedError("name a fixture opened in the subclass")

    def test_children_are_those_of_one_type_in_the_order_of_their_fqns(self, opened: Callable[..., Resolver]) -> None:
        known = [_object(f"shop.main.{names.quote(name)}") for name in ("b", "B", "a.b", "ä", "a", "a b")]
        others = [_object("shop.main.s", "Sequence"), _object("shop.main.a.t", "Trigger"), _object("shop", "Service")]
        resolver = opened([*known, *others])
        found = resolver.children("shop.main", "Table")
        assert [each.fqn for each in found] == sorted(each.fqn for each in known)
        assert [each.name for each in found] == [names.split(each.fqn)[-1] for each in found]
        assert [each.fqn for each in resolver.children("", "Service")] == ["shop"]
        assert resolver.children("shop.none", "Table") == []

    def test_children_come_in_pages_and_ranges(self, opened: Callable[..., Resolver]) -> None:
        resolver = opened([_object(f"shop.main.t{at:02}") for at in range(20)])
        assert [each.name for each in resolver.children("shop.main", "Table", limit=3)] == ["t00", "t01", "t02"]
        span = resolver.children("shop.main", "Table", after="shop.main.t03", until="shop.main.t06")
        assert [each.name for each in span] == ["t04", "t05", "t06"]
        assert resolver.children("shop.main", "Table", after="shop.main.t19") == []

    def test_children_are_chosen_by_what_they_contain(self, opened: Callable[..., Resolver]) -> None:
        kinds = {"a": "view", "b": "regular", "c": "materialized_view", "d": "view"}
        resolver = opened([_object(f"shop.main.{name}", table_type=kind) for name, kind in kinds.items()])
        views = ('"table_type":"view"', '"table_type":"materialized_view"')
        found = resolver.children("shop.main", "Table", containing=views, limit=2)
        assert [each.name for each in found] == ["a", "c"]
        found = resolver.children("shop.main", "Table", containing=views, after="shop.main.c", contents=False)
        assert [(each.name, each.content) for each in found] == [("d", "")]

    def test_holders_of_objects_are_found_at_any_depth(self, opened: Callable[..., Resolver]) -> None:
        tables = [_object(f"shop.main.{name}") for name in ("a", "a-b", "b", '"c.d"', "e")]
        triggers = [_object(f"{table.fqn}.t{at}", "Trigger") for table in tables[:4] for at in range(3)]
        others = [
            _object("shop.main.x", "Lineage"),
            _object("shop.main.e.gone", "Lineage"),
            _object("shop.more.a.t", "Trigger"),
        ]
        resolver = opened([*tables, *triggers, *others])
        expected = sorted([*(table.fqn for table in tables)])
        assert resolver.holders("shop.main", ("Trigger", "Lineage")) == expected
        assert resolver.holders("shop.main", ("Trigger",), after=expected[1], limit=2) == expected[2:4]
        assert resolver.holders("shop.main", ("Trigger", "Lineage"), after=expected[-1]) == []
        assert resolver.holders("shop.none", ("Trigger",)) == []

    def test_names_are_answered_in_the_order_of_the_queries(self, opened: Callable[..., Resolver]) -> None:
        resolver = opened([_object("shop.main.a"), _object("shop.main.b"), _object("shop.main.b", "Sequence")])
        queries = [NameQuery("shop.main", name) for name in ("b", "none", "a", "b")]
        found = resolver.named(queries)
        assert [[each.fqn for each in fits] for fits in found] == [
            ["shop.main.b"],
            [],
            ["shop.main.a"],
            ["shop.main.b"],
        ]
        assert json.loads(found[2][0].content)["fqn"] == "shop.main.a"
        both = resolver.named([NameQuery("shop.main", "b")], types=("Sequence", "Table"))
        assert [each.type for each in both[0]] == ["Sequence", "Table"]
        assert resolver.named([]) == []

    def test_case_is_folded_where_nothing_is_equal(self, opened: Callable[..., Resolver]) -> None:
        names_ = ("Orders", "items", "ITEMS", "Äpfel")
        resolver = opened([_object("shop", "Service"), *(_object(f"shop.main.{name}") for name in names_)])
        asked = ("ORDERS", "Orders", "Items", "items", "äpfel", "orders\0")
        found = resolver.named([NameQuery("shop.main", name, folded=True) for name in asked])
        assert [[each.name for each in fits] for fits in found] == [
            ["Orders"], ["Orders"], ["ITEMS", "items"], ["items"], [], [],
        ]  # fmt: skip
        assert resolver.named([NameQuery("shop.main", "ORDERS"), NameQuery("", "SHOP", folded=True)]) == [[], []]
        assert resolver.named([NameQuery("", "SHOP", folded=True)], ("Service",))[0][0].fqn == "shop"

    def test_answers_end_when_they_are_full(self, opened: Callable[..., Resolver]) -> None:
        known = [_object(f"shop.main.t{at}", view_definition="x" * 3000) for at in range(5)]
        resolver = opened(known, 7000)
        assert [each.name for each in resolver.children("shop.main", "Table")] == ["t0", "t1"]
        queries = [NameQuery("shop.main", f"t{at}") for at in range(5)]
        assert len(resolver.named(queries)) == 2

    def test_objects_without_statistics_have_none(self, opened: Callable[..., Resolver]) -> None:
        resolver = opened([_object("shop.main.a")])
        assert resolver.statistics("Table", "shop.main.a") is None
        assert resolver.statistics("Table", "shop.none") is None

    def test_an_answer_has_one_object_at_least(self, opened: Callable[..., Resolver]) -> None:
        resolver = opened([_object("shop.main.a"), _object("shop.main.b")], 10)
        assert len(resolver.named([NameQuery("shop.main", "a"), NameQuery("shop.main", "b")])) == 1
        assert [each.name for each in resolver.children("shop.main", "Table", after="shop.main.a")] == ["b"]


def _object(fqn: str, type_: str = "Table", **fields: str) -> StoredObject:
    name = names.split(fqn)[-1]
    content = json.dumps({"fqn": fqn, "name": name, **fields}, separators=(",", ":"))
    return StoredObject(type_, fqn, name, content)
