"""Which shards of the sink queue a flusher has: a fair share, and more when no other flusher takes them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from workers.cluster.times import SHARD_LOOK_SECONDS
from workers.ledger import SqlLedger
from workers.presence import Presence, live
from workers.process import liveness


class Shares:
    """The shards of one flusher, held by leases in the ledger; ``held`` are their numbers.

    Living flushers divide the shards among themselves. The shards of a dead process of this machine are free at once,
    those of another machine's process when their leases expire. A shard that is free for a third of a lease is taken by
    any flusher, beyond its fair share. Two flushers that both think they hold a shard do no harm, because the ledger
    commits every batch once.

    ``told`` returns the counters for the sign of life.
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
        """Renew, take and give up shards, once per ``SHARD_LOOK_SECONDS``. Raises ``Retry`` while the database is
        unavailable."""
        if time.monotonic() - self._looked < SHARD_LOOK_SECONDS:
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
        """Give up all shards, so that other flushers take them at once. Raises ``Retry`` while the database is
        unavailable."""
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
        """The free shards to take: up to ``room``, those first that were free longest, and all that were free for a
        third of a lease."""
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
