"""A listing that names an object twice: it is read once, and has failed besides; nothing gets lost in silence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from specs.entities.base import Entity
from specs.entities.database.tables import Table, TableType
from specs.entities.database.triggers import Trigger
from specs.errors import Retry
from specs.sources.database.metadata import identity
from specs.testing import harvest
from specs.testing.fake import FakeConnection, FakeSource
from specs.topology.engine import walk
from specs.topology.events import Covered, Found, Reported, Start
from specs.topology.listing import checked
from specs.topology.node import Item, Node, Outcome, Produced, Stage
from specs.topology.read_mode import ReadMode
from specs.topology.scope import KeyRange, Scope

SCHEMA = "fake.db_00.schema_0001"
TWICE = (SCHEMA, f"{SCHEMA}.t0000002", f"{SCHEMA}.p000001(text)", "fake.db_00")
FAILED = Counter({
    ("failed", "Schema", SCHEMA, "duplicate"): 1,
    ("failed", "Table", f"{SCHEMA}.t0000002", "duplicate"): 1,
    ("failed", "StoredProcedure", f"{SCHEMA}.p000001(text)", "duplicate"): 1,
    ("failed", "Database", "fake.db_00", "duplicate"): 1,
})  # fmt: skip
SCOPE = Scope.of("s", "d")


def build(slice_: int = 1000, **config: Any) -> FakeSource:
    given = {"schemas": 3, "tables": 5, "procedures": 4, "columns": 1, "views": 0.0, "repeated": TWICE} | config
    return FakeSource("fake", FakeConnection(**given), reading=ReadMode(slice=slice_))


def node(type_: type[Entity] = Table) -> Node[Any]:
    return Node("thing", lambda source, scope, span: iter(()), stages=(Stage(type_, lambda s, item, scope: ()),))


def keys(listed: Iterable[Produced], *, ahead: bool = True) -> list[str]:
    """What comes out, in words: a key that is read, and with a bang one that failed."""
    words = []
    for each, again in checked(node(), SCOPE, listed, ahead=ahead):
        words += [f"{again.key}!"] if again else []
        words.append(f"{each.key}!" if isinstance(each, Outcome) and each.reason == "duplicate" else each.key)
    return words


@pytest.mark.parametrize("slice_", [1, 2, 1000])
def test_every_listing_reads_it_once_and_says_so_in_any_walk(slice_: int) -> None:
    whole = harvest.walk_whole(lambda: build(slice_))
    plain = harvest.walk_whole(lambda: build(repeated=()))
    assert Counter(whole.reported) == FAILED
    assert Counter(whole.sent) == Counter(plain.sent)
    assert harvest.walk_units(lambda: build(slice_)).objects == whole.objects
    assert harvest.walk_units(lambda: build(slice_, estimates=None)).objects == whole.objects


def test_a_resume_at_any_cursor_neither_loses_nor_repeats_it() -> None:
    whole = harvest.walk_whole(build)
    source = build()
    start = harvest.root(source)
    count = sum(event.cursor is not None for event in walk(source, source.topology, start, spawn=False))
    for cut in range(count):
        assert harvest.walk_broken(build, start, [cut], spawn=False).objects == whole.objects
    assert harvest.walk_units(build, cut=lambda start: (0, 1, 2)).objects == whole.objects


def test_a_key_that_comes_many_times_fails_once() -> None:
    listed = [Item("a", "a"), *[Item("b", "b") for _ in range(4)], Outcome("filtered", "Table", "s.d.b", "b", "rule")]
    [(_, _), (item, again)] = checked(node(), SCOPE, iter(listed))
    assert item == Item("b", "b")
    assert again is not None
    assert (again.kind, again.type, again.fqn, again.key, again.reason) == (
        "failed",
        "Table",
        "s.d.b",
        "b",
        "duplicate",
    )
    assert "lists it 5 times" in again.message
    assert keys(iter(listed)) == ["a", "b!", "b"]


def test_without_looking_ahead_it_fails_behind_its_item() -> None:
    listed = [Item("a", "a"), Item("b", "b"), Item("b", "b"), Item("b", "b"), Item("c", "c")]
    assert keys(iter(listed), ahead=False) == ["a", "b", "b!", "c"]
    pulled: list[str] = []

    def slowly() -> Iterator[Produced]:
        for each in listed:
            pulled.append(each.key)
            yield each

    first = next(checked(node(), SCOPE, slowly(), ahead=False))
    assert (first[0].key, pulled) == ("a", ["a"]), "the key behind it is not touched before"


def test_two_keys_of_one_name_are_one_object_and_the_second_fails() -> None:
    lone = [Item("a\udc80", "a\udc80"), Item("a\udc81", "a\udc81"), Item("b1", "b"), Item("b2", "b")]
    assert keys(iter(lone)) == ["a\udc80", "a\udc81!", "b1", "b2!"]


def test_a_listing_out_of_order_is_incomplete() -> None:
    class Unordered(FakeSource):
        def tables(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
            yield from (Item(name, name) for name in ("t0000000", "t0000002", "t0000001"))

    source = Unordered("fake", FakeConnection(schemas=1, tables=3, columns=1))
    start = Start("table", Scope.of("fake", "db_00", "schema_0000"))
    told = list(walk(source, source.topology, start))
    assert [event.entity.name for event in told if isinstance(event, Found)] == ["t0000000", "t0000002"]
    [covered] = [event.coverage for event in told if isinstance(event, Covered)]
    assert covered.reason == "order"
    assert "'t0000001' comes behind 't0000002'" in (covered.error or "")


def test_what_was_read_before_the_listing_broke_off_stands() -> None:
    def breaking() -> Iterator[Produced]:
        yield Item("a", "a")
        raise Retry("the connection is lost")

    steps = checked(node(), SCOPE, breaking())
    assert next(steps)[0].key == "a"
    with pytest.raises(Retry):
        next(steps)


def test_two_entities_of_one_identity_that_belong_to_one_object() -> None:
    class Twins(FakeSource):
        def yield_table(self, item: Item, scope: Scope) -> Iterable[Entity]:
            yield Table(**identity(scope), table_type=TableType.REGULAR)
            for timing in ("before", "after"):
                yield Trigger(**identity(scope.child("stamp")), timing=timing)

    source = Twins("fake", FakeConnection(schemas=1, tables=1, columns=1))
    told = list(walk(source, source.topology, Start("table", Scope.of("fake", "db_00", "schema_0000"))))
    assert [event.entity.type_name() for event in told if isinstance(event, Found)] == ["Table", "Trigger"]
    [failed] = [event.outcome for event in told if isinstance(event, Reported)]
    assert (failed.type, failed.fqn) == ("Trigger", "fake.db_00.schema_0000.t0000000.stamp")
    assert failed.reason == "duplicate"
