"""Reading ahead: the next entries come out of the queue and are unpacked while the ones before are being committed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol

from specs.contracts.work import Batch, CommitResult
from specs.errors import Retry
from workers.queues.weight import weigh

Entries = list[tuple[str, Batch]]


class StoredAhead(Protocol):
    """A queue that can be read from any place on, up to a number of entries and of bytes."""

    def read(self, shard: int, limit: int, *, after: str = "", max_bytes: int | None = None) -> Entries: ...
    def remove(self, shard: int, ids: Iterable[str], results: Sequence[CommitResult]) -> None: ...


class Ahead:
    """The flusher's end of ``queue``. ``shards`` are those that it reads in turn; entries that were read stay here
    until they are removed. Holds about ``max_bytes`` for each shard at rest and as much again for the next one.
    """

    def __init__(self, queue: StoredAhead, shards: Sequence[int], max_bytes: int) -> None:
        self._queue, self._shards, self._max = queue, shards, max_bytes
        self._held: dict[int, Entries] = {}
        self._coming: tuple[int, Future[Entries]] | None = None
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="ahead")

    def read(self, shard: int, limit: int) -> Entries:
        """The first entries of a shard. Raises ``Retry`` when there are none and the queue is out of reach."""
        self._arrived()
        held = self._held.setdefault(shard, [])
        if not held:
            held += self._queue.read(shard, limit, max_bytes=self._max)
        if held:
            self._ask(self._next(shard), limit)
        return held[:limit]

    def remove(self, shard: int, ids: Iterable[str], results: Sequence[CommitResult]) -> None:
        gone = list(ids)
        self._queue.remove(shard, gone, results)
        left = set(gone)
        self._held[shard] = [entry for entry in self._held.get(shard, ()) if entry[0] not in left]

    def forget(self) -> None:
        """Drop what was read of shards that are not ours any more."""
        for shard in self._held.keys() - set(self._shards):
            del self._held[shard]

    def __bool__(self) -> bool:
        """Whether anything that was read waits."""
        return any(self._held[shard] for shard in self._shards if shard in self._held)

    def close(self) -> None:
        self._reader.shutdown(cancel_futures=True)

    def _next(self, shard: int) -> int:
        """Whose turn is next."""
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
        """Take in what was asked for; that the queue was out of reach then is told by whoever needs it now."""
        if self._coming is None:
            return
        (shard, future), self._coming = self._coming, None
        held = self._held.setdefault(shard, [])
        known = {id_ for id_, _ in held}
        try:
            held += [entry for entry in future.result() if entry[0] not in known]
        except Retry:
            return
