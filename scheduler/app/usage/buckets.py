"""Buckets of single days, added up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import Any

from specs.entities.usage import TOP

Bucket = Mapping[str, Any]
"""One day of one object, as the catalog has it: canonical JSON without defaults."""


@dataclass(frozen=True, slots=True)
class UsedDay:
    """One day of an object."""

    day: str
    queries: int
    reads: int
    writes: int
    users: int | None


@dataclass(frozen=True, slots=True)
class BucketSum:
    """Buckets of one object added up. ``users`` are distinct ones; ``users_at_least``: some have no names, so that
    there may be more."""

    queries: int = 0
    reads: int = 0
    writes: int = 0
    users: int | None = None
    users_at_least: bool = False
    user_names: list[str] = field(default_factory=list)
    first_use: str | None = None
    last_use: str | None = None
    columns: list[dict[str, Any]] = field(default_factory=list)
    joins: list[dict[str, Any]] = field(default_factory=list)
    top: list[dict[str, Any]] = field(default_factory=list)
    days: list[UsedDay] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def added_up(buckets: Sequence[Bucket]) -> BucketSum:
    """The sum of an object's buckets. Joins and top queries are those that were among the most frequent of any day."""
    columns, joins, top = Counter[str](), Counter[tuple[str, tuple[tuple[str, str], ...]]](), Counter[str]()
    spent: dict[str, float] = {}
    timed = Counter[str]()
    named: set[str] = set()
    most, whole = 0, True
    for bucket in buckets:
        names, users = bucket.get("user_names", []), bucket.get("users", 0)
        named.update(names)
        most, whole = max(most, users), whole and len(names) == users
        for column in bucket.get("columns", []):
            columns[column["column"]] += column["queries"]
        for join in bucket.get("joins", []):
            joins[join["other"], tuple((own, theirs) for own, theirs in join.get("columns", []))] += join["count"]
        for query in bucket.get("top", []):
            top[query["sql"]] += query["count"]
            if query.get("mean_ms") is not None:
                spent[query["sql"]] = spent.get(query["sql"], 0.0) + query["mean_ms"] * query["count"]
                timed[query["sql"]] += query["count"]
    return BucketSum(
        queries=_sum(buckets, "queries"),
        reads=_sum(buckets, "reads"),
        writes=_sum(buckets, "writes"),
        users=(len(named) if whole else max(most, len(named))) or None,
        users_at_least=not whole,
        user_names=sorted(named),
        first_use=min((each["first_use"] for each in buckets if each.get("first_use")), default=None),
        last_use=max((each["last_use"] for each in buckets if each.get("last_use")), default=None),
        columns=[{"column": name, "queries": count} for name, count in _most(columns)],
        joins=[
            {"other": other, "count": count, "columns": [list(pair) for pair in pairs]}
            for (other, pairs), count in _most(joins)[:TOP]
        ],
        top=[
            {"sql": sql, "count": count, "mean_ms": round(spent[sql] / timed[sql], 3) if timed[sql] else None}
            for sql, count in _most(top)[:TOP]
        ],
        days=[
            UsedDay(each["day"], each.get("queries", 0), each.get("reads", 0), each.get("writes", 0), each.get("users"))
            for each in buckets
        ],
    )


def percentile(totals: Mapping[str, int], live: Iterable[str], name: str) -> float:
    """So many of a hundred ``live`` tables and views were used less than ``name``, itself among the hundred. Those that
    were used as much are not among the less; what was dropped does not count, although it was used."""
    mine = totals.get(name, 0)
    less = all_ = 0
    for other in live:
        less += totals.get(other, 0) < mine
        all_ += 1
    return round(100 * less / max(1, all_), 1)


def first_day(last: str, days: int) -> str:
    """The first of ``days`` days that end with ``last``."""
    return (date.fromisoformat(last) - timedelta(days=days - 1)).isoformat()


def _sum(buckets: Sequence[Bucket], number: str) -> int:
    return sum(each.get(number, 0) for each in buckets)


def _most(counts: Counter[Any]) -> list[tuple[Any, int]]:
    return sorted(counts.items(), key=lambda each: (-each[1], each[0]))
