"""Followers of the change feed: how far each sink has acknowledged it, and who feeds it now."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from workers.process import liveness
from workers.store.database import SqlDatabase
from workers.store.statements import Statements, Transactions

BEGIN = "begin"
"""The cursor of a sink that was never told anything; an empty cursor means that it follows the feed."""
BEGUN = json.dumps({"fqn": "", "type": "", "again": False})
"""The cursor at the beginning of a first snapshot, some of whose first page may have been sent."""
AGAIN = json.dumps({"fqn": "", "type": "", "again": True})
"""The same for a sink that got a snapshot before, and may hold what is deleted by now."""


@dataclass(frozen=True, slots=True)
class FeedPosition:
    """How far a sink is: ``seq`` is acknowledged; ``cursor`` is where its snapshot stands, empty behind its end."""

    seq: int
    cursor: str


@dataclass(frozen=True, slots=True)
class HeldSubscription:
    """A follower that is ours for ``Subscriptions.lease`` seconds. ``config`` has references in place of secrets."""

    sink: str
    service: str
    config: Mapping[str, Any]
    position: FeedPosition
    failing: int

    def moved(self, position: FeedPosition) -> HeldSubscription:
        return replace(self, position=position, failing=0)


@dataclass(frozen=True, slots=True)
class FollowerView:
    """One row for people. ``behind``: numbers of the feed not acknowledged yet, other services' included."""

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
    """The table ``followers``, for the process ``name``."""

    def __init__(
        self, db: SqlDatabase, *, name: str = "", lease: float = 60.0, clock: Callable[[], float] = time.time,
        gone: Callable[[str], bool] = liveness.gone,
    ) -> None:  # fmt: skip
        self.db, self.name, self.lease = db, name or liveness.name(), lease
        self._clock, self.gone = clock, gone
        self._transactions = Transactions(db, "workers.feed")

    def register(self, service: str, sinks: Mapping[str, Mapping[str, Any]]) -> None:
        """Follow exactly ``sinks`` (config by name) for a service; others of it rest where they are."""
        with self._transactions.write() as sql:
            for sink, config in sinks.items():
                text = json.dumps(config, sort_keys=True)
                sql.do("register", sink=sink, service=service, config=text, begin=BEGIN)
            for sink, state in sql.all("of_service", service=service):
                if sink not in sinks and state != "idle":
                    sql.do("retire", sink=sink)

    def take(self, sink: str, lease: float | None = None) -> HeldSubscription | None:
        """Lease a follower, or prolong our lease; ``None`` while somebody else has it. The dead hold nothing."""
        with self._transactions.write() as sql:
            holder = sql.value("holder", sink=sink)
            dead = holder if holder and holder != self.name and self.gone(holder) else self.name
            sql.now = self._clock()  # of now, after the wait for the write lock
            row = sql.one("lease", sink=sink, holder=self.name, dead=dead, lease=lease or self.lease)
        if row is None:
            return None
        return HeldSubscription(sink, row[0], json.loads(row[1]), FeedPosition(int(row[3]), row[4]), int(row[5]))

    def release(self, sink: str) -> None:
        with self._transactions.write() as sql:
            sql.do("release", sink=sink, holder=self.name)

    def fail(self, held: HeldSubscription, *, failing: int, delay: float, reason: str, broken: bool) -> None:
        """Note the ``failing``-th failure in a row and leave the sink alone for ``delay`` seconds.

        ``broken``: it refuses us.
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
        """Move on within the caller's transaction; ``False`` when the follower is somebody else's now."""
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
