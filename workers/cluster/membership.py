"""The start of every process of a cluster: it opens the catalog and Redis, and checks that both can be used."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from specs.errors import Fatal
from workers.cluster.settings import Settings
from workers.ledger import SqlLedger
from workers.presence import Process, live
from workers.process import liveness
from workers.process.stop_flag import StopFlag
from workers.queues.redis.link import LinkStopped, connect, reach, waited, where
from workers.queues.redis.queue import RedisQueue
from workers.queues.times import BUSY_SECONDS, REACH_SECONDS
from workers.store.database import SqlDatabase, open_database

PACKAGES = ("specs", "connectors", "workers", "scheduler")
ONE_MACHINE = "its locks hold on one machine only, so that two would damage it"
POSTGRESQL = "set HEADRACE_CATALOG=postgresql://user:password@host/database everywhere"


@contextmanager
def joined(settings: Settings) -> Iterator[tuple[SqlDatabase, RedisQueue]]:
    """Yields the database and the sink queue; both are closed at the end. The queue connects when it is first used.

    Raises ``Fatal`` and ``UsageError`` as ``open_database`` does, and ``UsageError`` for a wrong URL of Redis.
    """
    queue = sink(settings)
    try:
        db = open_database(
            settings.catalog.get_secret_value(), patience=REACH_SECONDS, timeout=settings.catalog_timeout
        )  # fmt: skip
        try:
            yield db, queue
        finally:
            db.close()
    finally:
        queue.close()


def sink(settings: Settings) -> RedisQueue:
    """The sink queue of these settings, not yet connected. Raises ``UsageError`` for a wrong URL of Redis."""
    url = settings.redis.get_secret_value()
    return RedisQueue(
        connect(url), prefix=settings.prefix, shards=settings.shards, place=where(url),
        max_bytes=settings.queue_bytes, max_entries=settings.queue_entries,
    )  # fmt: skip


def check(
    settings: Settings, stop: StopFlag | None = None, *, patience: float = REACH_SECONDS, busy: float = BUSY_SECONDS
) -> bool:
    """Check that a starting process can work. Waits for Redis up to ``patience`` seconds while it cannot be reached, up
    to ``busy`` seconds while it is busy. Returns whether the process may start: ``False`` when ``stop`` was set.

    Raises ``Fatal`` or ``UsageError`` naming the setting and the remedy.
    """
    together()
    url = settings.redis.get_secret_value()
    bounds: dict[str, Any] = {"patience": patience, "busy": busy, "stopped": (stop or StopFlag()).is_set}
    try:
        with connect(url) as client:
            reach(client, where(url), **bounds)
        with joined(settings) as (db, queue):
            alone(db)
            _one_prefix(db, settings.prefix)
            cluster = SqlLedger(db).cluster()
            waited(queue.agree, **bounds)
            waited(lambda: queue.belong(cluster), **bounds)
    except LinkStopped:
        return False
    return True


def alone(db: SqlDatabase) -> None:
    """Check that no other machine uses the catalog when it is an SQLite file. Raises ``Fatal`` when one does."""
    others = foreign(db)
    if others:
        what = f"the catalog is SQLite, and {others[0].kind} {others[0].name} of another machine uses it"
        raise Fatal(f"{what}: {ONE_MACHINE}", db.where, POSTGRESQL, reason="catalog")


def _one_prefix(db: SqlDatabase, prefix: str) -> None:
    """Check that all living processes of this catalog use our prefix in Redis. With two prefixes there are two queues,
    and workers of one would wait for flushers of the other. Raises ``Fatal`` for another prefix."""
    for each in live(db):
        other = each.info.get("prefix")
        if other not in (None, prefix) and not liveness.gone(each.name):
            what = (
                f"{each.kind} {each.name} serves this catalog under the prefix {other!r}, this process has {prefix!r}"
            )
            remedy = f"set HEADRACE_PREFIX={other} here, or end all processes of the other prefix first"
            raise Fatal(what, db.where, remedy, reason="prefix")


def foreign(db: SqlDatabase) -> list[Process]:
    """The living processes of other machines on an SQLite catalog; empty on PostgreSQL, where they are welcome."""
    if db.dialect != "sqlite":
        return []
    ours = liveness.machine(liveness.name())
    return [each for each in live(db) if liveness.machine(each.name) != ours]


def together() -> None:
    """Check that our packages lie in one folder, so that no package of the same name (``workers``) hides one of ours.

    Raises ``Fatal`` when they do not.
    """
    places = {}
    for name in PACKAGES:
        found = find_spec(name)
        places[name] = str(Path(found.origin).parents[1]) if found is not None and found.origin else "nowhere"
    if len(set(places.values())) > 1:
        listing = ", ".join(f"{name} in {place}" for name, place in places.items())
        remedy = "start it elsewhere, or remove the foreign package"
        raise Fatal(f"these packages do not belong together: {listing}", remedy=remedy, reason="packages")
