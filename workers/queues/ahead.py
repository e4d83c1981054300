"""Reading ahead: a thread reads and unpacks the next entries of the queue while the flusher commits earlier ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol

from specs.contracts.work import Batch, CommitResult
from specs.errors import Retry
from workers.queues.weight import weigh

Entries = list[tuple[str, Batch]]


class StoredAhead(Protocol):
    """A queue that can be read from any entry on, up to a number of entries and of bytes."""

    def read(self, shard: int, limit: int, *, after: str = "", max_bytes: int | None = None) -> Entries: ...
    def remove(self, shard: int, ids: Iterable[str], results: Sequence[CommitResult]) -> None: ...


class Ahead:
    """The flusher's end of ``queue``, with entries read in advance. The flusher reads ``shards`` in this order; entries
    that were read stay here until they are removed.

    Holds up to about ``max_bytes`` of unpacked batches per shard, and as much again for the shard that is read next.
    """

    def __init__(self, queue: StoredAhead, shards: Sequence[int], max_bytes: int) -> None:
        self._queue, self._shards, self._max = queue, shards, max_bytes
        self._held: dict[int, Entries] = {}
        self._coming: tuple[int, Future[Entries]] | None = None
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="ahead")

    def read(self, shard: int, limit: int) -> Entries:
        """Up to ``limit`` first entries of a shard, ``(id, batch)`` each; starts to read the next shard in advance.

        Raises ``Retry`` when no entry is held here and Redis cannot be reached.
        """
        self._arrived()
        held = self._held.setdefault(shard, [])
        if not held:
            held += self._queue.read(shard, limit, max_bytes=self._max)
        if held:
            self._ask(self._next(shard), limit)
        return held[:limit]

    def remove(self, shard: int, ids: Iterable[str], results: Sequence[CommitResult]) -> None:
        """Remove entries that were committed or refused, as ``SinkQueue.remove`` does. Raises ``Retry`` like it."""
        gone = list(ids)
        self._queue.remove(shard, gone, results)
        left = set(gone)
        self._held[shard] = [entry for entry in self._held.get(shard, ()) if entry[0] not in left]

    def forget(self) -> None:
        """Drop the entries of shards that another flusher has taken over."""
        for shard in self._held.keys() - set(self._shards):
            del self._held[shard]

    def __bool__(self) -> bool:
        """Whether entries that were read still wait to be removed."""
        return any(self._held[shard] for shard in self._shards if shard in self._held)

    def close(self) -> None:
        """End the reading thread, after the read that it has begun."""
        self._reader.shutdown(cancel_futures=True)

    def _next(self, shard: int) -> int:
        """The shard that the flusher reads after ``shard``."""
        order = list(self._shards)
        return order[(order.index(shard) + 1) % len(order)] if shard in order else shard

    def _ask(self, shard: int, limit: int) -> None:
        held = self._held.get(shard, [])
        if sum(weigh(batch) for _, batch in held) >= self._max and len(self._shards) > 1:
            return
        after = held[-1][0] if held else ""
        future = self._reader.submit(self._queue.read, shard, limit, after=after, max_bytes=self._max)
        self._coming = (shard, future)

    def _arrived(self) -> None:
        """Take in the entries that were read in advance. When that read failed with ``Retry``, nothing is raised here:
        ``read`` asks the queue again and raises if it still cannot be reached."""
        if self._coming is None:
            return
        (shard, future), self._coming = self._coming, None
        held = self._held.setdefault(shard, [])
        known = {id_ for id_, _ in held}
        try:
            held += [entry for entry in future.result() if entry[0] not in known]
        except Retry:
            return
