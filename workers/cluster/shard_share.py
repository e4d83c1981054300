"""Which shards of the sink queue a flusher has: a fair share, more when nobody else wants them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from workers.ledger import SqlLedger
from workers.presence import Presence, live
from workers.process import liveness

LOOK = 1.0
"""Seconds between two looks at who has which shard."""


class Shares:
    """``held`` are the shards of this flusher, kept by leases in the ledger.

    Flushers that live share the shards out among themselves; those of a dead process of this machine are free at once,
    all others when their lease has run out. A free shard that nobody takes for a third of a lease is anybody's.
    Two flushers that believe in the same shard harm nothing: the ledger takes every batch once.
    """

    def __init__(
        self, ledger: SqlLedger, shards: int, *, name: str = "", lease: float,
        gone: Callable[[str], bool] = liveness.gone, told: Callable[[], Mapping[str, float]] = dict,
        prefix: str | None = None,
    ) -> None:  # fmt: skip
        self._told, self._prefix = told, prefix
        self._ledger, self._count, self._lease, self._gone = ledger, shards, lease, gone
        self.name = name or liveness.name()
        self.held: list[int] = []
        self._presence = Presence(ledger.db, "flusher", name=self.name, every=lease / 3)
        self._free: dict[int, float] = {}
        self._looked = self._renewed = float("-inf")

    def look(self) -> None:
        """Keep, take and give up shards; asks the ledger once per second. Raises ``Retry`` while it is out."""
        if time.monotonic() - self._looked < LOOK:
            return
        self._presence.beat(prefix=self._prefix, shards=len(self.held), counters=dict(self._told()))
        holders = self._holders()
        mine = [shard for shard, holder in holders.items() if holder == self.name]
        fair = self._fair()
        surplus = mine[fair:]
        if surplus:
            self._ledger.leave_shards(self.name, surplus)
        wanted = mine[:fair] if self._due() else []
        wanted += self._wanted(holders, fair - len(mine))
        won = {shard for shard in wanted if self._claim(shard)}
        self.held[:] = sorted((set(mine) - set(surplus) - set(wanted)) | won)
        self._looked = time.monotonic()

    def leave(self) -> None:
        """Let others have everything at once."""
        self._ledger.leave_shards(self.name)
        self.held.clear()
        self._presence.leave()

    def _holders(self) -> dict[int, str]:
        holders = self._ledger.shard_holders(now=time.time())
        for holder in set(holders.values()) - {self.name}:
            if self._gone(holder):
                self._ledger.leave_shards(holder)
                holders = {shard: other for shard, other in holders.items() if other != holder}
        return holders

    def _fair(self) -> int:
        living = {each.name for each in live(self._ledger.db, "flusher", within=self._lease)}
        others = [name for name in living - {self.name} if not self._gone(name)]
        return -(-self._count // (len(others) + 1))

    def _wanted(self, holders: dict[int, str], room: int) -> list[int]:
        """Free shards to take: up to ``room`` of them, and those that were free for long."""
        now = time.monotonic()
        self._free = {
            shard: self._free.get(shard, now) for shard in range(self._count) if shard not in holders
        }  # fmt: skip
        longest = sorted(self._free, key=lambda shard: self._free[shard])
        return [
            shard for at, shard in enumerate(longest) if at < room or now - self._free[shard] >= self._lease / 3
        ]  # fmt: skip

    def _due(self) -> bool:
        """Whether the leases are to be prolonged now."""
        if time.monotonic() - self._renewed < self._lease / 3:
            return False
        self._renewed = time.monotonic()
        return True

    def _claim(self, shard: int) -> bool:
        return self._ledger.claim_shard(shard, self.name, lease=self._lease, now=time.time())
