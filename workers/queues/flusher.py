"""Drains the sink queue into the ledger: reads a shard in order, commits, then removes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from specs.contracts.ledger import Ledger
from specs.contracts.work import Batch, CommitResult
from workers.metrics.counters import Counters
from workers.queues.weight import weigh
from workers.store.retries import PATIENCE, patiently

GROUP = 16
"""Batches in one group of commits, at most."""
GROUP_BYTES = 3_000_000


class Drained(Protocol):
    """The flusher's end of a ``SinkQueue``."""

    def read(self, shard: int, limit: int) -> list[tuple[str, Batch]]: ...
    def remove(self, shard: int, ids: Iterable[str], results: Sequence[CommitResult]) -> None: ...


class Flusher:
    """One at a time per shard. ``step`` commits what is there; a batch leaves the queue only when it is settled.

    A duplicate or fenced batch is dropped, a gap gives its unit back (the ledger does both); the producers are told.
    ``step`` raises ``Fatal`` when the catalog cannot be written (disk full, or out for ``patience`` seconds), and
    ``Retry`` at once, when there is no ``patience``, while it is out: nothing was removed then.
    """

    def __init__(
        self, queue: Drained, ledger: Ledger, *, shards: Sequence[int] = (0,),
        patience: float | None = PATIENCE, clock: Callable[[], float] = time.time, counters: Counters | None = None,
    ) -> None:  # fmt: skip
        self._counters = counters or Counters()
        self._queue, self._ledger, self._shards = queue, ledger, shards
        self._patience, self._clock = patience, clock
        self.batches = 0
        self.finished = 0
        """Receipts committed so far: something may have become ready, or the run may be over."""

    def step(self) -> int:
        """Commit one group per shard; returns how many batches left the queue."""
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
        """A reply that was lost costs nothing: the batches are then duplicates."""
        if self._patience is None:
            return self._ledger.commit(batches, now=self._clock())
        return patiently(lambda: self._ledger.commit(batches, now=self._clock()), patience=self._patience)


def _group(entries: list[tuple[str, Batch]]) -> list[tuple[str, Batch]]:
    total = 0
    for at, (_, batch) in enumerate(entries):
        total += weigh(batch)
        if at and total > GROUP_BYTES:
            return entries[:at]
    return entries
