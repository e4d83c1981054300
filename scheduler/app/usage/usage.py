"""The usage of one object, or of the objects below a name; and what nobody uses."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from scheduler.app.catalog.objects import look_up
from scheduler.app.usage.buckets import BucketSum, added_up, first_day, percentile
from specs import names
from specs.errors import UsageError
from workers.catalog.questions.usage import UsageBuckets
from workers.store.database import SqlDatabase, open_database

DAYS = 30
"""Days that are added up where nobody says otherwise; they end with the last one that was read."""
MOST_OBJECTS = 20
"""Most used objects that are told of a container."""


@dataclass(frozen=True, slots=True)
class ObjectUsage:
    """The usage of an object between two days. ``percentile``: so many of a hundred tables and views of its service
    were used less."""

    fqn: str
    since: str
    until: str
    zone: str
    days_read: int
    percentile: float
    use: BucketSum

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


class MostUsed(NamedTuple):
    """One of the most used objects below a name; ``last_use`` is ISO 8601."""

    fqn: str
    queries: int
    last_use: str


@dataclass(frozen=True, slots=True)
class ContainerUsage:
    """The usage below a service, database or schema: the most used objects, and for a service the account of each
    day."""

    fqn: str
    since: str
    until: str
    zone: str
    used: int
    most: list[MostUsed] = field(default_factory=list)
    accounts: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "most": [each._asdict() for each in self.most]}


@dataclass(frozen=True, slots=True)
class UnusedObjects:
    """Tables and views of a service without any use in ``days`` days, of which ``days_read`` were read. Each with the
    last use that is known at all."""

    service: str
    since: str
    until: str
    days: int
    days_read: int
    objects: dict[str, str | None] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def usage(catalog: str, fqn: str, days: int = DAYS) -> ObjectUsage | ContainerUsage:
    """The usage of an object or container over the last ``days`` days that were read. Raises ``UsageError`` when there
    is none of this name, or no usage of its service was ever read."""
    fqn = names.canonical(fqn)
    look_up(catalog, fqn)
    with open_database(catalog, create=False) as db:
        service, *path = names.split(fqn)
        buckets = UsageBuckets(db, service)
        accounts = _read(buckets, service)
        until = accounts[-1]["day"]
        since = first_day(until, days)
        read = [each for each in accounts if each["day"] >= since]
        zone = accounts[-1].get("zone", "UTC")
        relative = names.build(*path) if path else ""
        found = buckets.of(relative, since) if path else []
        if found or fqn in set(buckets.tables()):
            totals = {each.name: each.queries for each in buckets.totals(since)}
            live = (names.build(*names.split(table)[1:]) for table in buckets.tables())
            rank = percentile(totals, live, relative)
            return ObjectUsage(fqn, since, until, zone, len(read), rank, added_up(found))
        below = [each for each in buckets.totals(since) if not path or each.name.startswith(f"{relative}.")]
        ranked = sorted(below, key=lambda each: (-each.queries, each.name))[:MOST_OBJECTS]
        most = [MostUsed(f"{names.build(service)}.{each.name}", each.queries, each.last_use) for each in ranked]
        return ContainerUsage(fqn, since, until, zone, len(below), most, [] if path else read)


def unused(catalog: str, days: int, fqn: str | None = None) -> list[UnusedObjects]:
    """What was not used in the last ``days`` days, below a name or in all services whose usage was read. Raises
    ``UsageError`` as ``usage`` does."""
    if fqn:
        fqn = names.canonical(fqn)
        look_up(catalog, fqn)
    with open_database(catalog, create=False) as db:
        chosen = [names.split(fqn)[0]] if fqn else list(UsageBuckets.services(db))
        return [_unused(db, service, days, fqn) for service in chosen]


def _unused(db: SqlDatabase, service: str, days: int, fqn: str | None) -> UnusedObjects:
    buckets = UsageBuckets(db, service)
    accounts = _read(buckets, service)
    until = accounts[-1]["day"]
    since = first_day(until, days)
    used = {each.name for each in buckets.totals(since)}
    ever = {each.name: each.last_use for each in buckets.totals()}
    found = {}
    for table in buckets.tables():
        name = names.build(*names.split(table)[1:])
        if name not in used and (not fqn or table == fqn or table.startswith(f"{fqn}.")):
            found[table] = ever.get(name)
    return UnusedObjects(service, since, until, days, sum(1 for each in accounts if each["day"] >= since), found)


def _read(buckets: UsageBuckets, service: str) -> list[dict[str, Any]]:
    """The accounts of all days. Raises ``UsageError`` when there are none."""
    accounts = buckets.days()
    if not accounts:
        remedy = "ask for it in the recipe: extract: {usage: {query_log: ...}}"
        raise UsageError("no usage of this service was read", service, remedy, reason="unknown")
    return [{name: value for name, value in each.items() if name != "log"} for each in accounts]
