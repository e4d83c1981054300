"""Random logs, counted once more by the test itself: what buckets say adds up to the log."""

from __future__ import annotations

import json
import os
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from specs.entities import Usage, UsageDay
from specs.topology.node import Item
from specs.topology.scope import EVERYTHING, Scope
from tests.connectors.common.sql.usage.usages import DAY, source, walked


@dataclass(frozen=True)
class Kind:
    """A statement with what the test knows of it: what it reads, changes, and compares."""

    text: str
    reads: frozenset[str] = frozenset()
    writes: frozenset[str] = frozenset()
    join: tuple[str, str, str, str] | None = None
    fate: str = "resolved"


KINDS = [
    Kind("select total from orders where id = {}", frozenset({"orders"})),
    Kind("select name from customers where name = 'x{}'", frozenset({"customers"})),
    Kind(
        "select o.id from orders o join customers c on c.id = o.customer_id where o.id > {}",
        frozenset({"orders", "customers"}),
        join=("orders", "customer_id", "customers", "id"),
    ),
    Kind("insert into daily select id, total from orders where id = {}", frozenset({"orders"}), frozenset({"daily"})),
    Kind("update orders set total = {}", frozenset(), frozenset({"orders"})),
    Kind("delete from daily where day = {}", frozenset(), frozenset({"daily"})),
    Kind("select a from nowhere where b = {}", fate="unresolved"),
    Kind("select {}", fate="nameless"),
    Kind("select from where ((( {}", fate="unparsed"),
]
NAMES = ["ann", "bob", "cid"]


@dataclass
class Expected:
    """What the test counts of one day."""

    fates: Counter[str] = field(default_factory=Counter)
    queries: Counter[str] = field(default_factory=Counter)
    reads: Counter[str] = field(default_factory=Counter)
    writes: Counter[str] = field(default_factory=Counter)
    users: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    joins: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)
    times: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))


STATEMENTS = st.lists(
    st.tuples(
        st.integers(-2 * 86_400, 43_000), st.sampled_from(NAMES), st.sampled_from(KINDS), st.integers(0, 3),
    ),
    max_size=40,
)  # fmt: skip


def counted(said: list[tuple[int, str, Kind, int]]) -> dict[str, Expected]:
    found: dict[str, Expected] = defaultdict(Expected)
    for second, user, kind, _ in said:
        day = found[datetime.fromtimestamp(DAY + second, UTC).date().isoformat()]
        day.fates[kind.fate] += 1
        for name in kind.reads | kind.writes:
            day.queries[name] += 1
            day.users[name].add(user)
            day.times[name].append(int(DAY + second))
        day.reads.update(kind.reads)
        day.writes.update(kind.writes)
        if kind.join:
            own, column, other, theirs = kind.join
            day.joins.update([(own, column, other, theirs), (other, theirs, own, column)])
    return found


@given(said=STATEMENTS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_buckets_add_up_to_the_log(said: list[tuple[int, str, Kind, int]], tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text(
        "".join(
            json.dumps({"time": DAY + second, "user": user, "database": "db", "text": kind.text.format(number)}) + "\n"
            for second, user, kind, number in said
        )
    )
    os.utime(log, (DAY + 43_200, DAY + 43_200))
    made, expected = source(log, window="3d"), counted(said)
    total = 0
    for item in made.days(Scope.of("shop"), EVERYTHING):
        assert isinstance(item, Item)
        day, used, outcomes = walked(made, item.name, item.data)
        assert not outcomes
        total += day.statements
        judge(day, used, expected[item.name])
    assert total == len(said)


def judge(day: UsageDay, used: dict[str, Usage], expected: Expected) -> None:
    fates = {"resolved": day.resolved, "unresolved": day.unresolved, "nameless": day.nameless, "unparsed": day.unparsed}
    assert {fate: count for fate, count in fates.items() if count} == dict(expected.fates)
    assert day.statements == sum(fates.values())
    assert {name.removeprefix("db.public.") for name in used} == set(expected.queries)
    joins = Counter[tuple[str, str, str, str]]()
    for name, use in used.items():
        own = name.removeprefix("db.public.")
        assert (use.queries, use.reads, use.writes) == (
            expected.queries[own], expected.reads[own], expected.writes[own],
        )  # fmt: skip
        assert set(use.user_names) == expected.users[own]
        assert use.users == len(expected.users[own])
        assert use.first_use is not None
        assert use.last_use is not None
        assert (use.first_use.timestamp(), use.last_use.timestamp()) == (
            min(expected.times[own]), max(expected.times[own]),
        )  # fmt: skip
        assert sum(query.count for query in use.top) == use.queries  # fewer shapes than are kept
        assert all(not set("0123456789'") & set(query.sql) for query in use.top)
        for join in use.joins:
            for column, theirs in join.columns:
                joins[own, column, join.other.removeprefix("shop.db.public."), theirs] += join.count
    assert joins == expected.joins


JOINS = [
    ("orders o join customers c using (id)", "customers", (("id", "id"),)),
    (
        "orders o join customers c on o.id = c.id and o.customer_id = c.name",
        "customers",
        (("customer_id", "name"), ("id", "id")),
    ),
    ("orders o, daily d where o.id = d.day", "daily", (("id", "day"),)),
]


@pytest.mark.parametrize(("joined", "other", "columns"), JOINS)
def test_joins_say_on_which_columns(
    joined: str, other: str, columns: tuple[tuple[str, str], ...], tmp_path: Path
) -> None:
    log = tmp_path / "log"
    log.write_text(json.dumps({"time": DAY + 1, "database": "db", "text": f"select o.total from {joined}"}) + "\n")
    os.utime(log, (DAY + 43_200, DAY + 43_200))
    _, used, _ = walked(source(log))
    (join,) = used["db.public.orders"].joins
    assert (join.other, join.columns, join.count) == (f"shop.db.public.{other}", columns, 1)
