"""Reads edges: those that lead from given objects or columns one step on, in either direction."""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from specs.entities import describes, entity_types
from specs.names import mark
from workers.lineage.edges import UNRESOLVED, column_mark
from workers.store.statements import Statements, Transactions

if TYPE_CHECKING:
    from workers.store.database import SqlDatabase

Direction = Literal["upstream", "downstream"]
PAGE = 1000
"""Places that one statement looks up."""
_BY_TARGET = frozenset({"declared", "query_log"})
"""Evidence that is kept by its target: what tells of it is no object."""
_GOING = {"upstream": "go_up", "downstream": "go_down"}


class FlowPlace(NamedTuple):
    """An object, or one of its columns. ``type`` is empty for a name that fits no object."""

    type: str
    fqn: str
    column: str = ""


class Hop(NamedTuple):
    """A step from ``start`` to ``end``, over an edge that leads this way or comes from there.

    ``end`` is an object where the columns are not known, and where a column decides which rows there are. ``via`` is
    the FQN of what tells of the edge, where that is not its target, and ``state`` whether that is ``live`` or
    ``missing``. ``teller`` and ``n`` identify the edge; ``proven`` and ``by_column`` are 0 or 1.
    """

    start: FlowPlace
    end: FlowPlace
    transformation: str | None
    evidence: str
    proven: int | None
    confidence: float
    by_column: int
    teller: int
    n: int
    via: str | None
    state: str

    @property
    def edge(self) -> tuple[int, int]:
        return self.teller, self.n


class ColumnStep(NamedTuple):
    """A column of an edge's source, and the one of its target that it becomes part of; that is empty where it decides
    which rows there are."""

    edge: tuple[int, int]
    target: str
    source: str
    transformation: str


class MovedOver(NamedTuple):
    """How often statements of a query log moved data over an edge, and when first and last, in ISO 8601."""

    times: int
    first: str
    last: str


class Edges:
    """The stored edges, within one reading transaction. All methods raise the errors of the database."""

    def __init__(self, sql: Statements) -> None:
        self._sql = sql

    def hops(self, places: Iterable[FlowPlace], direction: Direction, limit: int) -> Iterator[Hop]:
        """Yields the steps from each place, in no order; for each ``PAGE`` places at most ``limit``, and as many again
        where these are objects and columns."""
        return (hop for hop in self.new_hops(places, direction, limit, ()) if hop is not None)

    def new_hops(
        self, places: Iterable[FlowPlace], direction: Direction, limit: int, known: Container[FlowPlace]
    ) -> Iterator[Hop | None]:
        """Yields as ``hops`` does; ``None`` stands for a step to one of the places that are ``known``, of which there
        are many in a large graph."""
        left = iter(places)
        while some := list(islice(left, PAGE)):
            objects = {mark(each.type, each.fqn): each for each in some if not each.column}
            if objects:
                yield from self._over(direction, objects, limit, known, marks=json.dumps(list(objects)))
            columns = [
                (mark(each.type, each.fqn), each.column, column_mark(each.column)) for each in some if each.column
            ]
            if columns:
                starts = {mark(each.type, each.fqn): each for each in some}
                yield from self._over(f"{direction}_columns", starts, limit, known, places=json.dumps(columns))

    def reach(self, places: Iterable[FlowPlace], direction: Direction, limit: int) -> Iterator[Hop]:
        """Yields the steps between objects that can be reached from these in any number of steps: at most ``limit``."""
        marks = json.dumps([mark(each.type, each.fqn) for each in places])
        return (hop for hop in self._over(f"{direction}_reach", None, limit, (), marks=marks) if hop is not None)

    def told(self, teller: FlowPlace, direction: Direction, limit: int) -> Iterator[Hop]:
        """Yields the steps from an object that tells of flows between others: to what they read, or to what they
        write; at most ``limit``."""
        found = self._over(f"told_{direction}", {None: teller}, limit, (), fqn=teller.fqn)
        return (hop for hop in found if hop is not None)

    def ends(
        self, places: Iterable[FlowPlace], direction: Direction, limit: int
    ) -> Iterator[tuple[tuple[int, int], tuple[str, str], tuple[str, str]]]:
        """Yields the edges from each object as ``hops`` does, only what identifies each, and the type and FQN of its
        source and of its target."""
        left = iter(places)
        while some := list(islice(left, PAGE)):
            marks = json.dumps([mark(each.type, each.fqn) for each in some])
            for row in self._sql.all(f"ends_{direction}", marks=marks, limit=limit):
                yield row[:2], row[2:4], row[4:]

    def states(self, places: Iterable[FlowPlace]) -> dict[tuple[str, str], str]:
        """``live`` or ``missing``, by type and FQN, for each object of these that the catalog has."""
        found: dict[tuple[str, str], str] = {}
        left = iter(dict.fromkeys(place[:2] for place in places))
        while some := list(islice(left, PAGE)):
            for type_, fqn, state in self._sql.all("states", places=json.dumps(some)):
                found[type_, fqn] = state
        return found

    def objects_below(self, fqn: str) -> Iterator[tuple[FlowPlace, str]]:
        """Yields the objects whose names begin with this one and a dot, by name, each with its state."""
        at, end = f"{fqn}.", f"{fqn}/"  # the character behind the dot
        while rows := self._sql.all("objects_below", after=at, end=end, limit=PAGE):
            whole = [row for row in rows if row[1] != rows[-1][1]] if len(rows) == PAGE else rows
            yield from ((FlowPlace(row[0], row[1]), row[2]) for row in whole or rows if not describes(row[0]))
            at = (whole or rows)[-1][1]

    def columns(self, edges: Iterable[tuple[int, int]], limit: int) -> Iterator[ColumnStep]:
        """Yields the columns of edges, in order: at most ``limit``."""
        left = iter(sorted(set(edges)))
        while limit > 0 and (some := list(islice(left, PAGE))):
            rows = self._sql.all("columns_of", edges=json.dumps(some), limit=limit)
            limit -= len(rows)
            yield from (ColumnStep((row[0], row[1]), row[2], row[3], row[4]) for row in rows)

    def moved(self, tellers: Iterable[int]) -> dict[tuple[int, str], MovedOver]:
        """What query logs showed of edges, by what tells of them and by their sources' FQNs."""
        found: dict[tuple[int, str], MovedOver] = {}
        left = iter(sorted(set(tellers)))
        while some := list(islice(left, PAGE)):
            for teller, text in self._sql.all("statistics_of", tellers=json.dumps(some)):
                for use in json.loads(text).get("seen", ()):
                    found[teller, use["source"]] = MovedOver(use["count"], use["first"], use["last"])
        return found

    def types(self, fqn: str) -> list[str]:
        """The types under which edges know an object of this name; an empty one for a name that fits no object."""
        known = {mark(type_, fqn): type_ for type_ in (*entity_types, UNRESOLVED)}
        marks = json.dumps(list(known))
        found = {known[each] for name in _GOING.values() for each in self._sql.column(name, marks=marks)}
        return sorted(found)

    def going_on(self, places: Sequence[FlowPlace], direction: Direction) -> int:
        """From how many of these objects edges lead on."""
        found = 0
        for at in range(0, len(places), PAGE):
            marks = {mark(each.type, each.fqn) for each in places[at : at + PAGE]}
            found += len(self._sql.column(_GOING[direction], marks=json.dumps(list(marks))))
        return found

    def count(self, places: Iterable[FlowPlace], direction: Direction) -> int:
        """How many objects these have one step away."""
        marks = json.dumps([mark(each.type, each.fqn) for each in places])
        return int(self._sql.value(f"count_{direction}", marks=marks))

    def _over(
        self, statement: str, starts: Mapping[Any, FlowPlace] | None, limit: int, known: Container[FlowPlace],
        **values: Any,
    ) -> Iterator[Hop | None]:  # fmt: skip
        """Steps from ``starts``, by mark; without them the rows name where they start."""
        for row in self._sql.all(statement, **values, limit=limit):
            end = FlowPlace(row[4], row[5], row[2] or "")
            if end in known:
                yield None
                continue
            start = FlowPlace(row[14], row[15]) if starts is None else starts[row[0]]
            if row[1] is not None:
                start = FlowPlace(start.type, start.fqn, row[1])
            via = None if row[6] in _BY_TARGET else row[12]
            yield Hop(
                start, end, row[3], row[6], row[7], row[8], row[9], row[10], row[11], via, row[13]
            )  # fmt: skip


@contextmanager
def reading(db: SqlDatabase) -> Iterator[Edges]:
    """The edges as they are now, in one snapshot."""
    with Transactions(db, "workers.lineage").read() as sql:
        if "widen" in sql:
            sql.do("widen")
        yield Edges(sql)
