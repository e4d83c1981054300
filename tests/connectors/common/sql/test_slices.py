"""The slice reader: statements, order, filters, bisection, vanished objects, poison."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest

from connectors.common.sql.slices import HEAVY, WEIGHT, Facet, Listed, Raw, SliceReader
from specs.errors import HeadraceError, Retry, Skip
from specs.topology.node import Item, Outcome
from specs.topology.read_mode import ReadMode
from specs.topology.scope import Scope


class Table:
    """A driver over a dict: ``locked`` names cannot be read, ``vanished`` ones are gone, ``lost`` ones cut the line."""

    def __init__(self, locked: Sequence[str] = (), vanished: Sequence[str] = (), lost: Sequence[str] = ()) -> None:
        self.locked, self.vanished, self.lost = set(locked), set(vanished), set(lost)
        self.statements = 0
        self.sizes: list[int] = []
        self.open = 0

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self.open += 1
        yield
        self.open -= 1

    def transaction(self) -> AbstractContextManager[object]:
        return self._transaction()

    def classify(self, error: Exception) -> HeadraceError:
        return error if isinstance(error, HeadraceError) else Skip(str(error), reason="error")

    def base(self, kept: Sequence[Listed]) -> Iterator[tuple[Any, ...]]:
        self.statements += 1
        self.sizes.append(len(kept))
        for each in reversed(kept):
            if each.id not in self.vanished:
                yield each.id, "base"

    def parts(self, kept: Sequence[Listed]) -> Iterator[tuple[Any, ...]]:
        self.statements += 1
        for each in kept:
            if each.id in self.lost:
                raise Retry("connection lost")
            if each.id in self.locked:
                raise Skip("locked", reason="lock")
            yield each.id, 1
            yield each.id, 2

    def reader(self, reading: ReadMode | None = None, **more: Any) -> SliceReader:
        facets = (Facet("base", self.base), Facet("parts", self.parts))
        return SliceReader(self, reading or ReadMode(), Scope.of("s", "d"), "table", "Table", facets, **more)


def listing(count: int, schema: str = "a", **rules: str) -> list[Listed]:
    found = []
    for at in range(count):
        key = f"t{at:05}"
        found.append(Listed(schema, key, key, f"{schema}.{key}", rules.get(key)))
    return found


def shown(steps: Any) -> list[tuple[str, str, str]]:
    return [(schema, step.key, step.kind if isinstance(step, Outcome) else "item") for schema, step in steps]


@pytest.mark.parametrize(("count", "slices"), [(0, 0), (1, 1), (1000, 1), (1001, 2), (2500, 3)])
def test_statements_are_facets_per_thousand(count: int, slices: int) -> None:
    table = Table()
    steps = list(table.reader().read(listing(count)))
    assert table.statements == 2 * slices
    assert [key for _, key, _ in shown(steps)] == [each.key for each in listing(count)]
    assert table.open == 0


def test_ten_schemas_cost_what_one_of_their_size_does() -> None:
    table = Table()
    listed = [each for schema in "abcdefghij" for each in listing(110, schema)]
    steps = list(table.reader().read(listed))
    assert table.statements == 2 * 2
    assert [(schema, key) for schema, key, _ in shown(steps)] == [(each.schema, each.key) for each in listed]


def test_rows_are_merged_by_object() -> None:
    ((schema, item),) = Table().reader().read(listing(1))
    assert isinstance(item, Item)
    assert isinstance(item.data, Raw)
    assert (schema, item.data.rows["parts"]) == ("a", [("a.t00000", 1), ("a.t00000", 2)])


def test_filtered_names_are_outcomes_in_their_place_and_are_never_read() -> None:
    table = Table(locked=["a.t00001"])
    steps = list(table.reader().read(listing(3, t00001="tables.exclude: x")))
    assert shown(steps) == [("a", "t00000", "item"), ("a", "t00001", "filtered"), ("a", "t00002", "item")]
    assert table.statements == 2


def test_nothing_is_read_ahead_where_another_unit_is_read_meanwhile() -> None:
    expected = shown(Table().reader(ReadMode(slice=6)).read(listing(50)))
    table, idle = Table(), Inline(1)
    found = shown(table.reader(ReadMode(slice=6, ahead=False), ahead=idle).read(listing(50)))
    assert found == expected
    assert idle.given == 0


def test_a_locked_object_is_one_failed_outcome() -> None:
    table = Table(locked=["a.t00777"], vanished=["a.t00003"])
    steps = list(table.reader().read(listing(1000)))
    odd = [step for _, step in steps if isinstance(step, Outcome)]
    assert [(each.kind, each.fqn, each.reason) for each in odd] == [
        ("gone", "s.d.a.t00003", "gone"),
        ("failed", "s.d.a.t00777", "lock"),
    ]
    assert len(steps) == 1000
    assert table.statements < 50


def test_an_object_that_vanishes_under_a_failing_facet_is_gone() -> None:
    table = Table(locked=["a.t00001"], vanished=["a.t00001"])
    assert shown(table.reader().read(listing(2))) == [("a", "t00000", "item"), ("a", "t00001", "gone")]


def test_a_lost_connection_ends_the_reading() -> None:
    with pytest.raises(Retry):
        list(Table(lost=["a.t00001"]).reader().read(listing(2)))


def test_any_slice_size_gives_the_same() -> None:
    expected = shown(Table(locked=["a.t00007"]).reader().read(listing(20)))
    for size in (1, 2, 7):
        assert shown(Table(locked=["a.t00007"]).reader(ReadMode(slice=size)).read(listing(20))) == expected


def test_wide_tables_make_smaller_slices() -> None:
    table = Table()
    listed = [each._replace(weight=WEIGHT // 4) for each in listing(10)]
    assert len(list(table.reader().read(listed))) == 10
    assert table.sizes == [4, 4, 2]


class Inline(ThreadPoolExecutor):
    """Reads ahead at once, in the thread that asks."""

    given = 0

    def submit(self, call: Any, /, *arguments: Any, **named: Any) -> Any:  # type: ignore[override]
        self.given += 1
        done: Future[Any] = Future()
        done.set_result(call(*arguments, **named))
        return done


@pytest.mark.parametrize(("heavy", "expected"), [(None, [2, 3, 3]), (1, [1, 2, 3]), (2, [2, 2, 3])])
def test_nothing_is_read_ahead_of_a_heavy_object_nor_while_it_is_handed_out(
    heavy: int | None, expected: list[int]
) -> None:
    table = Table()
    listed = listing(3)
    if heavy is not None:
        listed[heavy] = listed[heavy]._replace(weight=HEAVY + 1)
    steps = table.reader(ReadMode(slice=1), ahead=Inline(1)).read(listed)
    read = [len(table.sizes) for _ in steps]
    assert read == expected, "slices that were read when each object was handed out"


def test_poison_is_not_read_and_touched_keys_come_one_by_one() -> None:
    touched: list[str] = []
    poison = frozenset({("table", "s.d.a", "t00001")})
    reading = ReadMode(
        slice=1, touch=lambda node, scope, key: touched.append(f"{node} {scope.fqn} {key}"), poison=poison
    )
    table = Table()
    steps = table.reader(reading).read(listing(3))
    assert next(steps)[1].key == "t00000"
    assert touched == ["table s.d.a t00000"]
    assert shown(steps) == [("a", "t00001", "failed"), ("a", "t00002", "item")]
    assert table.sizes == [1, 1]


def test_reading_ahead_changes_nothing() -> None:
    expected = shown(Table(locked=["a.t00007"]).reader(ReadMode(slice=6)).read(listing(50)))
    with ThreadPoolExecutor(1) as ahead:
        found = shown(Table(locked=["a.t00007"]).reader(ReadMode(slice=6), ahead=ahead).read(listing(50)))
        with pytest.raises(Retry):
            list(Table(lost=["a.t00031"]).reader(ReadMode(slice=6), ahead=ahead).read(listing(50)))
    assert found == expected


def test_a_preview_lists_without_reading() -> None:
    table = Table()
    steps = list(table.reader().preview(listing(3, t00001="tables.exclude: x")))
    assert [key for _, key, _ in shown(steps)] == ["t00000", "t00001", "t00002"]
    assert table.statements == 0


def test_suspects_are_read_alone_and_all_others_together() -> None:
    table = Table(locked=["a.t00003", "a.t00700"])
    steps = list(table.reader(suspects=lambda kept, error: {"a.t00003", "a.t00700"}).read(listing(1000)))
    assert [step.key for _, step in steps if isinstance(step, Outcome)] == ["t00003", "t00700"]
    assert [step.key for _, step in steps] == [each.key for each in listing(1000)]
    assert table.sizes == [1000, 998, 1, 1, 1, 1]


def test_wrong_suspects_do_no_harm() -> None:
    table = Table(locked=["a.t00003"])
    steps = list(table.reader(suspects=lambda kept, error: {"a.t00001", "elsewhere"}).read(listing(20)))
    assert [step.key for _, step in steps if isinstance(step, Outcome)] == ["t00003"]


def test_a_source_that_cannot_be_read_at_all_is_tried_later() -> None:
    everything = [each.id for each in listing(1000)]
    with pytest.raises(Retry, match="nothing can be read: locked"):
        list(Table(locked=everything).reader().read(listing(1000)))
