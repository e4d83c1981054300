"""The acceptance suites of sinks, for snapshots and for changes, and sinks in memory that pass them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import pytest

from specs.contracts.sink import Bounds, Change, ChangeSink, Refused, Sink, TypedFqn
from specs.entities.base import Entity
from specs.entities.database.tables import Column, Database, DataType, Schema, Service, Table, TableType

LINES = ['{"fqn":"shop","type":"Service"}', '{"fqn":"shop.ü😀","type":"Database"}', '{"fqn":"shop.x","type":"Schema"}']


class MemorySink:
    """Keeps the last snapshot in ``lines``."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.closed = False

    def write(self, lines: Iterable[str]) -> int:
        self.lines = list(lines)
        return len(self.lines)

    def close(self) -> None:
        self.closed = True


class SnapshotSuite:
    """Subclass it and override ``sink`` and ``stored``; the place is the same for all sinks of one test.

    A sink that keeps some types of entities only overrides ``line``, too.
    """

    def line(self, number: int) -> str:
        """The line of one entity; those of higher numbers come later."""
        return LINES[number] if number < len(LINES) else f'{{"fqn":"shop.y{number:05}","type":"Table"}}'

    @property
    def lines(self) -> list[str]:
        return [self.line(number) for number in range(3)]

    @pytest.fixture
    def place(self, tmp_path: Any) -> Any:
        """Where the sinks of this test write to."""
        return tmp_path

    def sink(self, place: Any) -> Sink:
        raise NotImplementedError

    def stored(self, place: Any) -> list[str] | None:
        """What a reader finds at the place; ``None``: nothing was ever written."""
        raise NotImplementedError

    def test_writes_all_lines(self, place: Any) -> None:
        sink = self.sink(place)
        assert sink.write(self.lines) == 3
        sink.close()
        assert self.stored(place) == self.lines

    def test_a_snapshot_replaces_the_one_before(self, place: Any) -> None:
        for lines in (self.lines, self.lines[:1], self.lines[1:]):
            sink = self.sink(place)
            assert sink.write(lines) == len(lines)
            sink.close()
            assert self.stored(place) == lines

    def test_an_empty_snapshot_is_one(self, place: Any) -> None:
        sink = self.sink(place)
        assert sink.write([]) == 0
        sink.close()
        assert self.stored(place) == []

    def test_a_broken_stream_leaves_the_snapshot_before(self, place: Any) -> None:
        sink = self.sink(place)
        sink.write(self.lines)

        def broken() -> Iterator[str]:
            yield self.line(0)
            raise RuntimeError("the catalog went away")

        with pytest.raises(RuntimeError):
            sink.write(broken())
        sink.close()
        assert self.stored(place) == self.lines

    def test_takes_a_stream_of_any_length(self, place: Any) -> None:
        sink = self.sink(place)
        assert sink.write(map(self.line, range(20_000))) == 20_000
        sink.close()
        stored = self.stored(place)
        assert stored is not None
        assert stored[-1] == self.line(19_999)

    def test_close_may_be_called_twice(self, place: Any) -> None:
        sink = self.sink(place)
        sink.close()
        sink.close()


class MemoryFollower:
    """Keeps the newest state of each object in ``objects``; ``told`` is all it was told, in order.

    An older change than the one it has changes nothing.
    """

    timeout = 0.0

    def __init__(self, entries: int = 100) -> None:
        self.bounds = Bounds(entries, 1_000_000)
        self.objects: dict[tuple[str, str], str] = {}
        self.told: list[Change] = []
        self._seqs: dict[tuple[str, str], int] = {}

    def deliver(self, changes: Sequence[Change]) -> list[Refused]:
        for change in changes:
            key = (change.type, change.fqn)
            self.told.append(change)
            if change.seq < self._seqs.get(key, 0):
                continue
            self._seqs[key] = change.seq
            if change.op == "delete":
                self.objects.pop(key, None)
            else:
                self.objects[key] = change.content
        return []

    def close(self) -> None:
        """Nothing stays open."""


class MemoryLineage:
    """A ``StoredLineage`` in memory: ``contents`` by type and FQN, to which a test adds and from which it removes, and
    ``namespaces`` by service."""

    def __init__(self) -> None:
        self.namespaces: dict[str, str] = {}
        self.contents: dict[TypedFqn, str] = {}
        self._targets: dict[str, set[TypedFqn]] = {}

    def add(self, entity: Entity) -> None:
        self.contents[TypedFqn(entity.type_name(), entity.fqn)] = entity.content()

    def targets(self, teller: str, now: Sequence[TypedFqn]) -> list[TypedFqn]:
        self._targets.setdefault(teller, set()).update(now)
        return sorted(self._targets[teller])

    def feeding(self, target: TypedFqn) -> Iterator[str]:
        tellers = {target.fqn, *(teller for teller, found in self._targets.items() if target in found)}
        for teller in sorted(tellers):
            found = self.content(TypedFqn("Lineage", teller))
            if found is not None:
                yield found

    def content(self, wanted: TypedFqn) -> str | None:
        return self.contents.get(wanted)

    def namespace(self, service: str) -> str | None:
        return self.namespaces.get(service)


ODD = 'odd "name". with; ünï😀 > and :: in it'


def upsert(entity: Entity, seq: int = 1) -> Change:
    return Change(seq, "upsert", entity.type_name(), entity.fqn, "live", entity.content())


def delete(entity: Entity, seq: int = 1) -> Change:
    return Change(seq, "delete", entity.type_name(), entity.fqn)


def estate(table: str = "orders", comment: str | None = "all of them") -> list[Entity]:
    """A service named ``shop`` with a database, a schema and one table."""
    from specs import names

    fqn = names.build("shop", "db", "public", table)
    column = Column(name="id", native_type="integer", type=DataType.INT, ordinal=1, nullable=False)
    return [
        Service(fqn="shop", name="shop", service_type="database"),
        Database(fqn="shop.db", name="db", parent="shop"),
        Schema(fqn="shop.db.public", name="public", parent="shop.db"),
        Table(
            fqn=fqn, name=table, parent="shop.db.public", table_type=TableType.REGULAR, columns=(column,),
            comment=comment,
        ),
    ]  # fmt: skip


class ChangesSuite:
    """Subclass it and override ``sink`` and ``tables``; the place is the same for all sinks of one test."""

    @pytest.fixture
    def place(self, tmp_path: Any) -> Any:
        """Where the sinks of this test deliver to."""
        return tmp_path

    def sink(self, place: Any) -> ChangeSink:
        raise NotImplementedError

    def tables(self, place: Any) -> dict[str, str]:
        """The comments of all tables that a reader finds at the place, by our FQN."""
        raise NotImplementedError

    def send(self, place: Any, *changes: Change) -> list[Refused]:
        sink = self.sink(place)
        try:
            return sink.deliver(changes)
        finally:
            sink.close()

    def test_what_is_delivered_is_there(self, place: Any) -> None:
        assert self.send(place, *map(upsert, estate())) == []
        assert self.tables(place) == {"shop.db.public.orders": "all of them"}

    def test_a_newer_state_replaces_the_one_before(self, place: Any) -> None:
        self.send(place, *map(upsert, estate()))
        assert self.send(place, upsert(estate(comment="most of them")[-1], 2)) == []
        assert self.tables(place) == {"shop.db.public.orders": "most of them"}

    def test_a_comment_may_go(self, place: Any) -> None:
        self.send(place, *map(upsert, estate()))
        assert self.send(place, upsert(estate(comment=None)[-1], 2)) == []
        assert self.tables(place) == {"shop.db.public.orders": ""}

    def test_what_is_deleted_is_gone_and_may_come_back(self, place: Any) -> None:
        self.send(place, *map(upsert, estate()))
        assert self.send(place, delete(estate()[-1], 2)) == []
        assert self.tables(place) == {}
        assert self.send(place, upsert(estate()[-1], 3)) == []
        assert self.tables(place) == {"shop.db.public.orders": "all of them"}

    def test_deleting_what_is_not_there_is_fine(self, place: Any) -> None:
        self.send(place, *map(upsert, estate()[:-1]))
        assert self.send(place, delete(estate()[-1])) == []
        assert self.send(place, delete(estate()[-1])) == []
        assert self.tables(place) == {}

    def test_a_container_and_what_is_in_it_go_in_any_order(self, place: Any) -> None:
        for order in (1, -1):
            self.send(place, *map(upsert, estate()))
            assert self.send(place, *[delete(each, 2) for each in estate()[2:][::order]]) == []
            assert self.tables(place) == {}

    def test_a_second_delivery_changes_nothing(self, place: Any) -> None:
        first = [upsert(each) for each in estate()]
        second = [upsert(each, 2) for each in estate("items", "what is in them")]
        for _ in range(2):
            for batch in (first, second, [delete(estate()[-1], 3)]):
                self.send(place, *batch)
                self.send(place, *batch)
            assert self.tables(place) == {"shop.db.public.items": "what is in them"}

    def test_names_may_hold_anything(self, place: Any) -> None:
        entities = estate(ODD, 'quotes " and\nline ends')
        self.send(place, *map(upsert, entities))
        assert self.tables(place) == {entities[-1].fqn: 'quotes " and\nline ends'}
        self.send(place, delete(entities[-1], 2))
        assert self.tables(place) == {}

    def test_an_empty_batch_is_fine(self, place: Any) -> None:
        assert self.send(place) == []

    def test_close_may_be_called_twice(self, place: Any) -> None:
        sink = self.sink(place)
        sink.close()
        sink.close()
