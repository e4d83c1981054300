"""Usage from counters that a server keeps for each statement: what was counted since the last look is today's.

Counters tell no times. The first look of a day remembers what was counted before it (the base); the bucket of the day
is the difference, however often it is read. What was counted before the very first look belongs to no day, unless the
server began to count on that day.
"""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from connectors.common.sql.driver import Driver
from connectors.common.sql.query_log.statements import LogProblem, LogTally
from connectors.common.sql.usage.objects import moment
from connectors.common.sql.usage.shapes.counting import StatementCounts
from connectors.common.sql.usage.source import LogUsage, ReadDay
from specs import names
from specs.entities.base import Entity
from specs.entities.usage import UsageCounters, UsageDay
from specs.errors import HeadraceError
from specs.sources.base import Step
from specs.sources.service import identity
from specs.topology.node import Item, Outcome, Produced
from specs.topology.scope import KeyRange, Scope

CHECKED = "read the counters of statements"
NAME = "usage counters"
"""The name of what was counted at the last look, directly below the service."""


class StatementCounter(NamedTuple):
    """One counter of a server; ``key`` tells it from all others. ``last`` is when it was last raised, where the server
    says so."""

    key: str
    user: str
    database: str
    text: str
    calls: int
    total_ms: float
    last: float | None = None


@dataclass(slots=True)
class CounterReading:
    """All counters at one moment. ``server`` changes when it begins to count anew, ``since`` is when it did.
    ``evicted`` is how often it dropped one for lack of room, and ``remedy`` what gives it more."""

    server: str
    since: float | None
    evicted: int = 0
    remedy: str = ""
    counters: list[StatementCounter] = field(default_factory=list)
    problems: list[LogProblem] = field(default_factory=list)


class CounterUsage(LogUsage):
    """Reads the files of a query log where the recipe names some, and else the counters of the server."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._looked: dict[str, Any] = {}
        self._since = 0.0

    @abstractmethod
    def counters(self) -> CounterReading:
        """Read all counters. Raises what the driver raises, and ``Stop`` where the server keeps none, with what to set
        or to grant."""

    def check(self) -> Iterator[Step]:
        """One step: a look at the files of the log, or at the counters."""
        if self.settings.query_log is not None:
            yield from super().check()
            return
        began = time.monotonic()
        try:
            found = self.counters()
        except HeadraceError as error:
            yield Step(CHECKED, False, error.what, time.monotonic() - began, error.remedy)
            return
        since = "" if found.since is None else f" since {moment(found.since)}"
        told = "".join(f"; {each.message}" for each in found.problems)
        remedy = next((each.remedy for each in found.problems), "")
        what = f"{len(found.counters):,} statements are counted{since}{told}"
        yield Step(CHECKED, not found.problems, what, time.monotonic() - began, remedy)

    def days(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        """The days of the window; with counters there is only today."""
        if self.settings.query_log is not None:
            yield from super().days(scope, span)
            return
        today = self._today().isoformat()
        if today in span:
            yield Item(today, today, {})

    def yield_day(self, item: Item, scope: Scope) -> Iterable[Entity | Outcome]:
        if self.settings.query_log is not None:
            yield from super().yield_day(item, scope)
            return
        for each in super().yield_day(item, scope):
            counted = {"evidence": "statistics", "since": moment(self._since)}
            yield each.model_copy(update=counted) if isinstance(each, UsageDay) else each
        root = Scope.of(self.service)
        yield UsageCounters(**identity(root.child(NAME)), **self._looked)

    def _read_day(self, day: date) -> ReadDay:
        if self.settings.query_log is not None:
            return super()._read_day(day)
        found = self.counters()
        known = self._known()
        begin, _ = self.settings.bounds(day)
        base, since = self._base(found, known, day, begin)
        counts = self._counts()
        last: dict[str, int] = {}
        for counter in found.counters:
            last[counter.key] = last.get(counter.key, 0) + counter.calls
            before = base.get(counter.key, 0)
            calls = counter.calls - before if counter.calls >= before else counter.calls
            if calls > 0:
                _count(counts, counter, calls, since, counter.last or self.now())
        self._looked = {"day": day, "server": found.server, "base": base, "last": last, "evicted": found.evicted}
        self._since = since
        tally = LogTally(statements=counts.statements, problems=found.problems)
        if found.evicted > known.get("evicted", 0):
            message = (
                f"the server dropped counters for lack of room ({found.evicted:,} since it began): counts are short"
            )
            tally.report(LogProblem("counters", None, "evicted", message, found.remedy))
        return self._told(counts, tally, "")

    def _known(self) -> dict[str, Any]:
        """What was counted at the last look."""
        text = self.catalog.statistics("UsageCounters", names.child(names.build(self.service), NAME))
        return dict(UsageCounters.told(text)) if text else {}

    def _base(
        self, found: CounterReading, known: dict[str, Any], day: date, begin: float
    ) -> tuple[dict[str, int], float]:
        """What was counted before this day, and since when the difference counts."""
        if known.get("server") == found.server:
            if known["day"] == day.isoformat():
                return known["base"], max(begin, found.since or begin)
            return known["last"], begin
        if found.since is not None and found.since >= begin:
            return {}, found.since
        if known:  # the server began anew behind the last look
            return {}, found.since or begin
        return {each.key: each.calls for each in found.counters}, self.now()


class DriverUsage(CounterUsage):
    """Reads the counters through ``driver``, which is that of the connector's metadata."""

    driver: Driver

    def _sent(self) -> None:
        """What drivers call for every statement."""
        self.statements += 1

    def cancel(self) -> None:
        super().cancel()
        self.driver.cancel()

    def close(self) -> None:
        super().close()
        self.driver.close()


def _count(counts: StatementCounts, counter: StatementCounter, calls: int, first: float, last: float) -> None:
    """Count a statement as often as its counter was raised."""
    counts.statements += calls
    shape = counts.shape(counter.database, counts.fingerprints.key(counter.text), counter.text)
    if shape is None:
        counts.overflow += calls - 1  # one was counted
        return
    shape.count += calls
    user = counts.users.number(counter.user)
    if user is not None:
        shape.users.add(user)
    shape.first, shape.last = min(shape.first, first), max(shape.last, last)
    shape.timed += calls
    shape.total_ms += counter.total_ms / max(1, counter.calls) * calls
