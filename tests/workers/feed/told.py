"""What tests of followers share: catalogs made by hand, a sink in memory, sinks that fail on demand."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

from specs import names
from specs.contracts.sink import Bounds, Change, Refused
from specs.contracts.work import Row
from specs.entities.base import content_hash
from specs.testing.sink import MemoryFollower
from workers.catalog import Catalog, CatalogWriter
from workers.catalog.upsert.backend import Event, Stamp
from workers.catalog.upsert.feed import append
from workers.catalog.upsert.writer import backend
from workers.feed.subscription.subscriber import Following
from workers.feed.subscription.subscriptions import FollowerView, HeldSubscription, Subscriptions
from workers.process.stop_flag import StopFlag
from workers.store.database import SqlDatabase
from workers.store.named_sql import driver

SINK = "shop/memory"
TYPES = {1: "Service", 2: "Database", 3: "Schema", 4: "Table"}


def row(fqn: str, type_: str = "", **fields: Any) -> Row:
    parts = names.split(fqn)
    parent = names.build(*parts[:-1]) if len(parts) > 1 else ""
    content = json.dumps({"fqn": fqn, "name": parts[-1], "parent": parent, **fields}, separators=(",", ":"))
    return Row(
        type=type_ or TYPES[len(parts)], fqn=fqn, parent=parent, name=parts[-1], node="any", scope=parent, owner=None,
        hash=content_hash(content), search=parts[-1], content=content, stats=None,
    )  # fmt: skip


_RUNS = count()


def store(db: SqlDatabase, *rows: Row, service: str = "shop", run: str = "") -> None:
    """Store rows, each time as another run, which brings every object once."""
    run = run or f"run{next(_RUNS)}"
    with db.write() as conn:
        writer = CatalogWriter(conn, run, service, 1.0)
        writer.store(rows)
        writer.finish()


def remove(db: SqlDatabase, *rows: Row, at: float = 1.0) -> None:
    """Delete as the end of a run does: rows that stay, marked, and events."""
    deleted = "UPDATE entities SET state = 'deleted', changed_at = :at WHERE fqn = :fqn AND type = :type"
    with db.write() as conn:
        for each in rows:
            conn.exec_driver_sql(driver(deleted, db.dialect), {"fqn": each.fqn, "type": each.type, "at": at})
        events = [Event(each.type, each.fqn, "deleted", None) for each in rows]
        append(backend(conn), events, Stamp("run", "shop", at, 0))


def filled(db: SqlDatabase, tables: int = 3, schemas: int = 1, service: str = "shop") -> list[Row]:
    rows = [row(service), row(f"{service}.db")]
    for schema in range(schemas):
        rows.append(row(f"{service}.db.s{schema}"))
        rows += [row(f"{service}.db.s{schema}.t{at:03}", comment="first") for at in range(tables)]
    store(db, *rows, service=service)
    return rows


def registered(db: SqlDatabase, sink: str = SINK, service: str = "shop", **options: Any) -> Subscriptions:
    followers = Subscriptions(db, **options)
    followers.register(service, {sink: {"settings": {"type": "memory"}, "type": "fake", "via": "embedded"}})
    return followers


def held(followers: Subscriptions, sink: str = SINK) -> HeldSubscription:
    found = followers.take(sink)
    assert found is not None
    return found


def following(db: SqlDatabase, followers: Subscriptions, sink: Any, stop: StopFlag | None = None) -> Following:
    return Following(db, followers, held(followers), sink, stop or StopFlag())


def catalog(db: SqlDatabase, service: str = "shop") -> dict[tuple[str, str], str]:
    """What every follower should end with: content by type and FQN."""
    found = {}
    for line in Catalog(db).export(service):
        entity = json.loads(line)
        type_ = entity.pop("type")
        entity.pop("state", None)
        found[type_, entity["fqn"]] = entity
    return found


def objects(sink: MemoryFollower) -> dict[tuple[str, str], Any]:
    return {key: json.loads(content) for key, content in sink.objects.items()}


class Failing(MemoryFollower):
    """Calls ``fault`` before each batch; what it raises comes out, and nothing is stored then."""

    def __init__(self, fault: Callable[[Sequence[Change]], list[Refused] | None], entries: int = 100) -> None:
        super().__init__(entries)
        self.bounds = Bounds(entries, 1_000_000)
        self.fault = fault
        self.calls: list[list[str]] = []

    def deliver(self, changes: Sequence[Change]) -> list[Refused]:
        self.calls.append([change.fqn for change in changes])
        refused = self.fault(changes) or []
        names = {each.change for each in refused}
        super().deliver([change for change in changes if change not in names])
        return refused


def view(followers: Subscriptions, sink: str = SINK) -> FollowerView:
    (found,) = [each for each in followers.views() if each.sink == sink]
    return found
