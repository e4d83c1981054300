"""Followers of the change feed: the position that each sink has acknowledged, and the process that feeds it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from workers.feed.times import LEASE_SECONDS
from workers.process import liveness
from workers.store.database import SqlDatabase
from workers.store.statements import Statements, Transactions

BEGIN = "begin"
"""The cursor of a sink to which nothing was ever sent; an empty cursor means that it follows the feed."""
BEGUN = json.dumps({"fqn": "", "type": "", "again": False})
"""The cursor at the beginning of a first snapshot, of which a part of the first page may have been sent."""
AGAIN = json.dumps({"fqn": "", "type": "", "again": True})
"""The same for a sink that got a snapshot before, so that it may hold objects that were deleted since."""


@dataclass(frozen=True, slots=True)
class FeedPosition:
    """The position of a sink: the last acknowledged event, ``seq``, and the place in its snapshot, ``cursor``, which is
    empty once the snapshot is finished."""

    seq: int
    cursor: str


@dataclass(frozen=True, slots=True)
class HeldSubscription:
    """A follower that this process holds for ``Subscriptions.lease`` seconds. ``config`` has references in place of
    secrets; ``failing`` counts the failures in a row."""

    sink: str
    service: str
    config: Mapping[str, Any]
    position: FeedPosition
    failing: int

    def moved(self, position: FeedPosition) -> HeldSubscription:
        return replace(self, position=position, failing=0)


@dataclass(frozen=True, slots=True)
class FollowerView:
    """One follower for people. ``behind``: events of the feed that it has not acknowledged, other services' included;
    ``held``: its lease has not expired; ``due``: it may be tried again."""

    sink: str
    service: str
    config: Mapping[str, Any]
    state: str
    position: FeedPosition
    holder: str | None
    failing: int
    reason: str
    acknowledged_at: float | None
    held: bool
    due: bool
    behind: int


class Subscriptions:
    """The table ``followers``, for the process ``name``. All methods raise ``Retry`` while the database is
    unavailable."""

    def __init__(
        self, db: SqlDatabase, *, name: str = "", lease: float = LEASE_SECONDS, clock: Callable[[], float] = time.time,
        gone: Callable[[str], bool] = liveness.gone,
    ) -> None:  # fmt: skip
        self.db, self.name, self.lease = db, name or liveness.name(), lease
        self._clock, self.gone = clock, gone
        self._transactions = Transactions(db, "workers.feed")

    def register(self, service: str, sinks: Mapping[str, Mapping[str, Any]]) -> None:
        """Set the followers of a service to ``sinks`` (config by name); its other followers become idle and keep their
        positions."""
        with self._transactions.write() as sql:
            for sink, config in sinks.items():
                text = json.dumps(config, sort_keys=True)
                sql.do("register", sink=sink, service=service, config=text, begin=BEGIN)
            for sink, state in sql.all("of_service", service=service):
                if sink not in sinks and state != "idle":
                    sql.do("retire", sink=sink)

    def take(self, sink: str, lease: float | None = None) -> HeldSubscription | None:
        """Lease a follower for ``lease`` seconds, or renew our lease; ``None`` while another living process holds
        it."""
        with self._transactions.write() as sql:
            holder = sql.value("holder", sink=sink)
            dead = holder if holder and holder != self.name and self.gone(holder) else self.name
            sql.now = self._clock()  # the time after the wait for the write lock
            row = sql.one("lease", sink=sink, holder=self.name, dead=dead, lease=lease or self.lease)
        if row is None:
            return None
        return HeldSubscription(sink, row[0], json.loads(row[1]), FeedPosition(int(row[3]), row[4]), int(row[5]))

    def release(self, sink: str) -> None:
        """Give up the lease of a follower, if this process holds it."""
        with self._transactions.write() as sql:
            sql.do("release", sink=sink, holder=self.name)

    def fail(self, held: HeldSubscription, *, failing: int, delay: float, reason: str, broken: bool) -> None:
        """Store the ``failing``-th failure in a row, give up the lease, and do not feed the sink for ``delay`` seconds.

        ``broken``: the sink refuses us, so that a person has to correct something.
        """
        state = "broken" if broken else _state(held.position)
        with self._transactions.write() as sql:
            sql.now = self._clock()
            sql.do(
                "fail", sink=held.sink, holder=self.name, failing=failing, delay=delay, reason=reason, state=state
            )  # fmt: skip

    def acknowledge(
        self, sql: Statements, held: HeldSubscription, position: FeedPosition, lease: float | None = None
    ) -> bool:
        """Store a new position and renew the lease, in the caller's transaction; returns ``False`` when another process
        holds the follower now."""
        sql.now = self._clock()
        moved = sql.do(
            "acknowledge", sink=held.sink, holder=self.name, was=held.position.seq, was_cursor=held.position.cursor,
            seq=position.seq, cursor=position.cursor, state=_state(position), lease=lease or self.lease,
        )  # fmt: skip
        return moved == 1

    def views(self) -> list[FollowerView]:
        """All followers, by name."""
        with self._transactions.read(self._clock()) as sql:
            last = int(sql.value("last_seq"))
            rows = sql.all("followers")
        return [
            FollowerView(
                sink=row[0], service=row[1], config=json.loads(row[2]), state=row[3],
                position=FeedPosition(int(row[4]), row[5]), holder=row[6], failing=int(row[7]), reason=row[9],
                acknowledged_at=row[10], held=bool(row[11]), due=bool(row[12]), behind=max(0, last - int(row[4])),
            )
            for row in rows
        ]  # fmt: skip


def _state(position: FeedPosition) -> str:
    return "snapshot" if position.cursor else "following"
