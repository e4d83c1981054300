"""Usage from counters: differences between looks, in the bucket of the day, however often it is read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from connectors.common.sql.query_log.statements import LogProblem
from connectors.common.sql.usage.counters import CounterReading, CounterUsage, StatementCounter
from specs.config import ConnectionConfig
from specs.entities import Entity, Usage, UsageCounters, UsageDay
from specs.sources.database.extracts import UsageExtract
from specs.testing.resolver import MemoryResolver
from specs.topology.node import Item, Outcome
from specs.topology.scope import EVERYTHING, Scope
from tests.connectors.common.sql.usage.usages import DAY, UsageToday, catalog

SQL = "select total from orders where id = $1"
NEXT = DAY + 86_400


class Counted(UsageToday, CounterUsage):
    """A server of which the test says what it counted, and when it is asked."""

    reading = CounterReading("one", None)
    at = DAY + 43_200

    def now(self) -> float:
        return self.at

    def counters(self) -> CounterReading:
        return self.reading


def look(
    calls: int, known: Iterable[Entity] = (), *, at: float = DAY + 43_200, server: str = "one",
    since: float | None = None, evicted: int = 0, problems: Iterable[LogProblem] = (),
) -> tuple[list[Entity], list[Outcome]]:  # fmt: skip
    """One look at the counters, over what is known of an earlier one."""
    made = Counted("shop", ConnectionConfig(), settings=UsageExtract())
    counter = StatementCounter("k", "ann", "db", SQL, calls, calls * 2.0)
    made.reading = CounterReading(server, since, evicted, "make room", [counter], list(problems))
    made.at = at
    made.resolver = MemoryResolver.of([*catalog(), *known])
    (day,) = made.days(Scope.of("shop"), EVERYTHING)
    assert isinstance(day, Item)
    scope = Scope.of("shop", day.name)
    told = list(made.yield_day(day, scope))
    found: list[Entity] = [each for each in told if not isinstance(each, Outcome)]
    for item in made.used(scope, EVERYTHING):
        assert isinstance(item, Item)
        found += made.yield_usage(item, scope.child(item.name))
    return found, [each for each in told if isinstance(each, Outcome)]


def queries(found: Iterable[Entity]) -> list[tuple[str, int]]:
    return [(str(each.day), each.queries) for each in found if isinstance(each, Usage)]


def test_the_first_look_knows_nothing_of_before() -> None:
    found, outcomes = look(1000)
    assert (queries(found), outcomes) == ([], [])
    (day,) = [each for each in found if isinstance(each, UsageDay)]
    assert (day.evidence, day.statements, day.since) == ("statistics", 0, datetime(2026, 11, 29, 12, tzinfo=UTC))


def test_what_is_counted_later_is_of_the_day_and_counts_once() -> None:
    first, _ = look(1000)
    second, _ = look(1010, first)
    assert queries(second) == [("2026-11-29", 10)]
    assert queries(look(1010, second)[0]) == [("2026-11-29", 10)]
    third, _ = look(1017, second)
    assert queries(third) == [("2026-11-29", 17)]
    (use,) = [each for each in third if isinstance(each, Usage)]
    assert (use.users, use.user_names, use.top[0].mean_ms) == (1, ("ann",), 2.0)


def test_the_next_day_begins_where_the_last_look_was() -> None:
    second, _ = look(1010, look(1000)[0])
    third, _ = look(1030, second, at=NEXT + 60)
    assert queries(third) == [("2026-11-30", 20)]
    assert queries(look(1031, third, at=NEXT + 90)[0]) == [("2026-11-30", 21)]


def test_a_server_that_began_to_count_anew_loses_nothing() -> None:
    first, _ = look(1000)
    assert queries(look(5, first, server="two", since=DAY + 40_000)[0]) == [("2026-11-29", 5)]
    assert queries(look(5, first)[0]) == [("2026-11-29", 5)]  # one counter was dropped and counts again
    assert queries(look(7, since=DAY + 3600)[0]) == [("2026-11-29", 7)]  # it began today


def test_what_is_hidden_or_was_dropped_is_an_outcome_with_a_remedy() -> None:
    hidden = LogProblem("counters", None, "denied", "3 are hidden", "GRANT pg_read_all_stats")
    found, outcomes = look(1000, evicted=2, problems=[hidden])
    assert [(each.reason, each.kind) for each in outcomes] == [("denied", "failed"), ("evicted", "failed")]
    assert "GRANT pg_read_all_stats" in outcomes[0].message
    assert "make room" in outcomes[1].message
    assert not look(1001, found, evicted=2)[1]  # told once
    (counters,) = [each for each in found if isinstance(each, UsageCounters)]
    assert counters.fqn == "shop.usage counters"


def test_the_check_says_what_is_counted_and_what_to_grant() -> None:
    made = Counted("shop", ConnectionConfig(), settings=UsageExtract())
    made.reading = CounterReading("one", DAY, counters=[StatementCounter("k", "ann", "db", SQL, 3, 1.0)])
    (step,) = made.check()
    assert (step.ok, step.evidence) == (True, "1 statements are counted since 2026-11-29 00:00:00+00:00")
    made.reading.problems.append(LogProblem("counters", None, "denied", "3 are hidden", "GRANT pg_read_all_stats"))
    (step,) = made.check()
    assert (step.ok, step.remedy) == (False, "GRANT pg_read_all_stats")
