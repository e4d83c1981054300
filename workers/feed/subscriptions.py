"""Followers of the change feed: how far each sink has acknowledged it, and who feeds it now."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from workers.process import liveness
from workers.store import named_sql
from workers.store.database import SqlDatabase

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
        self._queries = named_sql.load("workers.feed", db.dialect)

    def register(self, service: str, sinks: Mapping[str, Mapping[str, Any]]) -> None:
        """Follow exactly ``sinks`` (config by name) for a service; others of it rest where they are."""
        with self.db.write() as conn:
            for sink, config in sinks.items():
                text = json.dumps(config, sort_keys=True)
                conn.execute(
                    self._queries["register"], {"sink": sink, "service": service, "config": text, "begin": BEGIN}
                )
            for sink, state in conn.execute(self._queries["of_service"], {"service": service}).fetchall():
                if sink not in sinks and state != "idle":
                    conn.execute(self._queries["retire"], {"sink": sink})

    def take(self, sink: str, lease: float | None = None) -> HeldSubscription | None:
        """Lease a follower, or prolong our lease; ``None`` while somebody else has it. The dead hold nothing."""
        with self.db.write() as conn:
            holder = conn.execute(self._queries["holder"], {"sink": sink}).scalar_one_or_none()
            dead = holder if holder and holder != self.name and self.gone(holder) else self.name
            row = conn.execute(
                self._queries["lease"],
                {"sink": sink, "holder": self.name, "dead": dead, "lease": lease or self.lease, "now": self._clock()},
            ).first()
        if row is None:
            return None
        return HeldSubscription(sink, row[0], json.loads(row[1]), FeedPosition(int(row[3]), row[4]), int(row[5]))

    def release(self, sink: str) -> None:
        with self.db.write() as conn:
            conn.execute(self._queries["release"], {"sink": sink, "holder": self.name})

    def fail(self, held: HeldSubscription, *, failing: int, delay: float, reason: str, broken: bool) -> None:
        """Note the ``failing``-th failure in a row and leave the sink alone for ``delay`` seconds.

        ``broken``: it refuses us.
        """
        state = "broken" if broken else _state(held.position)
        given = {
            "sink": held.sink, "holder": self.name, "failing": failing, "delay": delay, "reason": reason, "state": state
        }  # fmt: skip
        with self.db.write() as conn:
            conn.execute(self._queries["fail"], given | {"now": self._clock()})

    def acknowledge(
        self, conn: Any, held: HeldSubscription, position: FeedPosition, lease: float | None = None
    ) -> bool:
        """Move on within the caller's transaction; ``False`` when the follower is somebody else's now."""
        given = {
            "sink": held.sink, "holder": self.name, "was": held.position.seq, "was_cursor": held.position.cursor,
            "seq": position.seq, "cursor": position.cursor, "state": _state(position),
            "lease": lease or self.lease, "now": self._clock(),
        }  # fmt: skip
        return int(conn.execute(self._queries["acknowledge"], given).rowcount) == 1

    def views(self) -> list[FollowerView]:
        """All followers, by name."""
        with self.db.read() as conn:
            last = int(conn.execute(self._queries["last_seq"]).scalar_one())
            rows = conn.execute(self._queries["followers"], {"now": self._clock()}).fetchall()
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
