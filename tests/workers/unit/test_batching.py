"""Events become batches whose counts are exactly those of what they hold."""

from __future__ import annotations

from specs.contracts.work import LARGEST, SEARCHED, Counts, Unit
from specs.entities.base import content_hash
from specs.entities.database.tables import Schema, Table, TableType
from specs.entities.database.triggers import Trigger
from specs.names import mark
from specs.topology.events import Coverage, Covered, Done, Event, Found, Reported, Spawned, Start
from specs.topology.node import Outcome
from specs.topology.scope import KeyRange, Scope
from workers.queues.codec import decode, encode
from workers.unit.batch_builder import BYTES, ENTITIES, BatchBuilder

SCOPE = Scope.of("shop", "public")
UNIT = Unit("u" * 32, "run", "shop", Start("table", SCOPE, range=KeyRange()))


def table(name: str, comment: str | None = None) -> Table:
    return Table(
        fqn=f"shop.public.{name}", name=name, parent="shop.public", table_type=TableType.REGULAR, row_estimate=7,
        comment=comment,
    )  # fmt: skip


def found(name: str, **more: str) -> list[Event]:
    return [Found(table(name, **more), "table", SCOPE, None), Done(("table", name))]


def reported(kind: str, name: str, reason: str = "tables.exclude: x") -> Reported:
    outcome = Outcome(kind, "Table", f"shop.public.{name}", name, reason, "why")  # type: ignore[arg-type]
    return Reported(outcome, "table", SCOPE, ("table", name))


def add(batching: BatchBuilder, *events: Event) -> list[bool]:
    return [batching.add(event) for event in events]


def test_a_row_is_the_entity_as_the_catalog_wants_it() -> None:
    batching = BatchBuilder(UNIT, 7)
    trigger = Trigger(fqn="shop.public.a.t", name="t", parent="shop.public.a", timing="before")
    owner = ("Table", "shop.public.a")
    add(batching, Found(table("a"), "table", SCOPE, None), Found(trigger, "table", SCOPE, owner), Done(("table", "a")))
    batch = batching.cut()
    first, second = batch.rows
    assert (first.type, first.fqn, first.parent, first.name) == ("Table", "shop.public.a", "shop.public", "a")
    assert (first.node, first.scope, first.owner) == ("table", "shop.public", None)
    assert first.hash == content_hash(first.content)
    assert "row_estimate" not in first.content
    assert first.stats == '{"row_estimate":7}'
    assert second.owner == mark(*owner)
    assert batch.counts == {"Table": Counts(listed=1, sent=1), "Trigger": Counts(listed=1, sent=1)}
    assert (batch.run, batch.unit, batch.fence, batch.seq, batch.cursor) == ("run", UNIT.id, 7, 0, ("table", "a"))


def test_what_was_not_sent_is_counted_and_marked() -> None:
    batching = BatchBuilder(UNIT, 7)
    add(batching, reported("filtered", "a"), reported("filtered", "b"), reported("failed", "c", "lock"))
    add(batching, reported("gone", "d"), *found("e"))
    batch = batching.cut()
    assert batch.counts == {"Table": Counts(listed=5, sent=1, filtered=2, failed=1, gone=1)}
    assert batch.filtered == {("Table", "tables.exclude: x"): 2}
    assert [(outcome.kind, node, scope) for outcome, node, scope in batch.outcomes] == [
        ("failed", "table", "shop.public"), ("gone", "table", "shop.public")
    ]  # fmt: skip
    assert batch.seen == [mark("Table", f"shop.public.{name}") for name in "abcd"]


def test_spawned_units_are_children_and_seen_but_not_listed() -> None:
    batching = BatchBuilder(UNIT, 7)
    start = Start("schema", SCOPE, ["public", "public", {}, None])
    add(batching, Spawned(start, "Schema", ("shop.public", "shop.sales"), ("schema", "sales")))
    batch = batching.cut()
    assert batch.children == [start]
    assert batch.counts == {"Schema": Counts(spawned=2)}
    assert batch.seen == [mark("Schema", "shop.public"), mark("Schema", "shop.sales")]
    assert batching.children == 1


def test_coverages_travel_and_the_first_error_is_remembered() -> None:
    batching = BatchBuilder(UNIT, 7)
    good, bad = Coverage("table", SCOPE), Coverage("table", SCOPE, error="permission denied", reason="denied")
    add(batching, Covered(good, ("a", None)))
    assert batching.incomplete == ""
    add(batching, Covered(bad, ("b", None)), Covered(Coverage("table", SCOPE, error="later"), ("c", None)))
    assert batching.cut().coverages[:2] == [good, bad]
    assert batching.incomplete == "permission denied"


def test_nothing_is_cut_between_cursors() -> None:
    batching = BatchBuilder(UNIT, 7)
    add(batching, *found("a"), Found(table("b"), "table", SCOPE, None))
    batch = batching.cut()
    assert [row.name for row in batch.rows] == ["a"]
    assert batch.cursor == ("table", "a")
    add(batching, Done(("table", "b")))
    assert [row.name for row in batching.cut().rows] == ["b"]


def test_a_broken_walk_drops_what_has_no_cursor() -> None:
    batching = BatchBuilder(UNIT, 7)
    add(batching, *found("a"), Found(table("b"), "table", SCOPE, None))
    assert batching.dirty
    batching.drop()
    add(batching, *found("b"))
    assert [row.name for row in batching.cut().rows] == ["a", "b"]
    assert not batching.dirty


def test_a_batch_is_full_by_objects() -> None:
    batching = BatchBuilder(UNIT, 7)
    full = [add(batching, *found(f"t{number:04}"))[-1] for number in range(ENTITIES)]
    assert full == [False] * (ENTITIES - 1) + [True]
    assert batching.objects == ENTITIES


def test_a_batch_is_full_by_bytes() -> None:
    batching = BatchBuilder(UNIT, 7)
    assert add(batching, *found("a", comment="x" * BYTES))[-1]
    batching.cut()
    assert not add(batching, *found("b", comment="x" * (BYTES // 4)))[-1]


def test_a_fresh_batch_counts_from_nothing() -> None:
    batching = BatchBuilder(UNIT, 7)
    add(batching, *found("a"), reported("filtered", "b"))
    batching.cut()
    add(batching, *found("c"))
    batch = batching.cut()
    assert batch.counts == {"Table": Counts(listed=1, sent=1)}
    assert (batch.filtered, batch.seen, len(batch.rows)) == ({}, [], 1)


def test_other_types_come_out_of_one_batch_apart() -> None:
    batching = BatchBuilder(UNIT, 7)
    schema = Schema(fqn="shop.public", name="public", parent="shop")
    add(batching, Found(schema, "schema", Scope.of("shop"), None), Done(("table", None)), *found("a"))
    batch = batching.cut()
    assert [(row.type, row.scope) for row in batch.rows] == [("Schema", "shop"), ("Table", "shop.public")]


def test_an_object_that_no_batch_can_carry_fails_alone_by_name_and_size() -> None:
    batching = BatchBuilder(UNIT, 7, largest=10_000)
    trigger = Trigger(
        fqn="shop.public.b.t", name="t", parent="shop.public.b", timing="before", definition="x" * 20_000
    )  # fmt: skip
    add(batching, *found("a"), *found("big", comment="é" * 6_000), Found(table("b"), "table", SCOPE, None))
    add(batching, Found(trigger, "table", SCOPE, ("Table", "shop.public.b")), Done(("table", "b")))
    batch = batching.cut()
    assert [row.name for row in batch.rows] == ["a", "b"]
    failed = [(outcome.fqn, outcome.key, outcome.reason) for outcome, _, _ in batch.outcomes]
    assert failed == [("shop.public.big", "big", "size"), ("shop.public.b.t", "b", "size")]
    assert batch.outcomes[0][0].message.startswith("0.0 MB of content, and one object may have 0 MB")
    assert batch.counts == {
        "Table": Counts(listed=3, sent=2, failed=1), "Trigger": Counts(listed=1, failed=1)
    }  # fmt: skip
    assert batch.seen == [mark("Table", "shop.public.big"), mark("Trigger", "shop.public.b.t")]


def test_neighbours_do_not_decide_whether_an_object_is_too_large() -> None:
    batching = BatchBuilder(UNIT, 7, largest=10_000)
    add(batching, *found("a", comment="x" * 6_000), *found("b", comment="x" * 9_000))
    batch = batching.cut()
    assert [row.name for row in batch.rows] == ["a", "b"]
    assert batch.outcomes == []


def test_the_largest_batch_is_one_that_whoever_unpacks_it_takes() -> None:
    batching = BatchBuilder(UNIT, 7)
    add(batching, *found("big", comment='"' * (LARGEST // 2 - 1000)))
    batch = batching.cut()
    assert len(batch.rows) == 1
    assert len(batch.rows[0].content) > LARGEST - 3000
    assert decode(encode(batch)).rows == batch.rows


def test_no_more_words_travel_than_are_indexed() -> None:
    batching = BatchBuilder(UNIT, 7)
    add(batching, *found("a", comment="word " * SEARCHED))
    assert len(batching.cut().rows[0].search) == SEARCHED
