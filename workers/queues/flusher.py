"""Moves batches from the sink queue into the ledger: reads a shard in order, commits, then removes from the queue."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from specs.contracts.ledger import Ledger
from specs.contracts.work import Batch, CommitResult
from workers.metrics.counters import Counters
from workers.queues.weight import weigh
from workers.store.retries import UNAVAILABLE_SECONDS, patiently

GROUP = 16
"""Most batches in one group of commits."""
GROUP_BYTES = 3_000_000
"""Most bytes in one group of commits, as ``weigh`` estimates them; a single larger batch is a group of its own."""


class Drained(Protocol):
    """The flusher's end of a ``SinkQueue``."""

    def read(self, shard: int, limit: int) -> list[tuple[str, Batch]]: ...
    def remove(self, shard: int, ids: Iterable[str], results: Sequence[CommitResult]) -> None: ...


class Flusher:
    """Commits the batches of ``shards``; each shard may have only one flusher at a time.

    A batch is removed from the queue only after the ledger has committed or refused it, so a crash loses none. The
    ledger drops a batch that it has already or whose fence is not the unit's, and makes a unit ready again when one of
    its batches is missing; ``remove`` tells the producers. ``patience`` are the seconds for which a commit is tried
    again while the database is unavailable; ``None`` raises ``Retry`` at once.
    """

    def __init__(
        self, queue: Drained, ledger: Ledger, *, shards: Sequence[int] = (0,),
        patience: float | None = UNAVAILABLE_SECONDS, clock: Callable[[], float] = time.time,
        counters: Counters | None = None,
    ) -> None:  # fmt: skip
        self._counters = counters or Counters()
        self._queue, self._ledger, self._shards = queue, ledger, shards
        self._patience, self._clock = patience, clock
        self.batches = 0
        self.finished = 0
        """Committed batches so far that carry a receipt or child units: after each of them another unit may be ready,
        or the run may be over."""

    def step(self) -> int:
        """Commit one group per shard; returns the number of batches that were removed from the queue.

        Raises ``Fatal`` when the database cannot be written (its disk is full, or it was unavailable for ``patience``
        seconds), and ``Retry`` when it is unavailable and there is no ``patience``. Nothing was removed then.
        """
        return sum(self._shard(shard) for shard in self._shards)

    def _shard(self, shard: int) -> int:
        entries = _group(self._queue.read(shard, GROUP))
        if not entries:
            return 0
        batches = [batch for _, batch in entries]
        with self._counters.timed("commit_seconds"):
            results = self._commit(batches)
        self._counters.add("batches_committed", len(batches))
        self._queue.remove(shard, [id_ for id_, _ in entries], results)
        self.batches += len(entries)
        self.finished += sum(1 for batch in batches if batch.receipt is not None or batch.children)
        return len(entries)

    def _commit(self, batches: list[Batch]) -> list[CommitResult]:
        """Commit, again when the database's reply was lost: the ledger recognises the batches as duplicates then."""
        if self._patience is None:
            return self._ledger.commit(batches, now=self._clock())
        return patiently(lambda: self._ledger.commit(batches, now=self._clock()), patience=self._patience)


def _group(entries: list[tuple[str, Batch]]) -> list[tuple[str, Batch]]:
    """The first entries that weigh up to ``GROUP_BYTES`` together, at least one."""
    total = 0
    for at, (_, batch) in enumerate(entries):
        total += weigh(batch)
        if at and total > GROUP_BYTES:
            return entries[:at]
    return entries
