"""The sink queue in Redis: one stream per shard, bounded in entries and bytes, that is full instead of dropping."""

from __future__ import annotations

import logging
import random
import secrets
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from specs.contracts.work import WINDOW, Batch, CommitResult, Lost, QueuePosition
from specs.errors import Fatal, HeadraceError, Retry
from workers.queues.codec import Torn, decode, encode
from workers.queues.redis.departures import Departures
from workers.queues.redis.errors import asked
from workers.queues.redis.link import Client
from workers.queues.weight import weigh

BYTES = 64_000_000
"""Encoded bytes in one shard, at most (one batch always fits)."""
ENTRIES = 10_000
REMEMBERED = 3600
"""Seconds for which refused holders are remembered; the ledger would refuse a forgotten one again."""
DEAD = 1000
"""Torn batches that are kept to be looked at; their units are read again."""
FEW = 4
"""Entries that are asked for first: most often that many are enough."""
SLOW = 0.1
"""Seconds between two looks for room, at most."""
AGAIN = 60.0
"""Seconds after which it is told again that Redis takes nothing."""
log = logging.getLogger("headrace.queue")
T = TypeVar("T")


class RedisQueue:
    """A ``SinkQueue`` between machines; the last parameters are bounds per shard.

    While Redis is out of reach, at its maxmemory or refuses changes the queue is full: ``put`` waits. ``read`` and
    ``remove`` raise ``Retry`` then, ``put`` and all others ``Fatal`` when Redis refuses us. A lost reply costs nothing:
    all scripts may run twice. Safe between threads.
    """

    def __init__(
        self, client: Client, *, prefix: str = "headrace", shards: int = 1, place: str = "redis",
        max_bytes: int = BYTES, max_entries: int = ENTRIES, window: int = WINDOW,
    ) -> None:  # fmt: skip
        self._client, self._place = client, place
        self.departures = Departures(client, prefix, place)
        self.prefix, self._prefix, self.shards = prefix, f"{prefix}:sink", shards
        self._bounds = (max_entries, max_bytes, window)
        self._put, self._room, self._remove = (_script(client, name) for name in ("put", "room", "remove"))
        self._ready: tuple[Batch, int, bytes] | None = None
        self._fresh = f"redis:{prefix}:"
        """What the epochs of this queue begin with."""
        self._told = float("-inf")
        self._read: dict[tuple[int, str], tuple[str, int]] = {}
        """Holder and size by shard and id: entries of different shards may have the same id."""

    # -- producers ------------------------------------------------------------------------------------------------
    def put(self, batch: Batch, *, timeout: float) -> QueuePosition | None:
        shard, holder, body = self._shard(batch.unit), f"{batch.unit}:{batch.fence}", self._encoded(batch)
        candidate = self._fresh + secrets.token_hex(8)
        keys = [*self._keys(shard), self._refused(holder), self._key("epoch")]
        arguments = [batch.unit, batch.fence, batch.seq, body, *self._bounds, candidate]
        end = time.monotonic() + timeout
        while True:
            answer = self._patiently(lambda: self._put(keys=keys, args=arguments))
            if answer is not None:
                word, epoch, id_ = (_text(each) for each in answer)
                if word == "LOST":
                    raise Lost("the unit is somebody else's now")
                if word == "OK":
                    self._ready = None
                    return QueuePosition(shard, epoch, id_)
            if time.monotonic() >= end or not self._wait(shard, holder, len(body), end, calm=answer is None):
                return None

    def settle(self, unit: str, fence: int, *, timeout: float) -> bool:
        open_, holder = self._keys(self._shard(unit))[2], f"{unit}:{fence}"

        def settled() -> bool:
            return bool(self._client.hget(open_, holder) is None)

        return self._until(lambda: bool(self._patiently(settled)), time.monotonic() + timeout)

    def _wait(self, shard: int, holder: str, size: int, end: float, *, calm: bool) -> bool:
        """Wait for room; ``False``: none came. Asks without the batch, which may be large.

        ``calm``: Redis itself takes nothing, whatever room this queue has.
        """
        if calm:
            time.sleep(max(0.0, min(end - time.monotonic(), random.uniform(SLOW / 2, SLOW))))
        keys = [*self._keys(shard), self._refused(holder)]
        arguments = [holder, size, *self._bounds]
        return self._until(lambda: bool(self._patiently(lambda: self._room(keys=keys, args=arguments))), end)

    def _until(self, true: Callable[[], bool], end: float) -> bool:
        pause = 0.005
        while not true():
            rest = end - time.monotonic()
            if rest <= 0:
                return False
            time.sleep(min(rest, pause * random.uniform(0.5, 1.0)))
            pause = min(SLOW, pause * 1.5)
        return True

    def _encoded(self, batch: Batch) -> bytes:
        ready = self._ready
        if ready is None or ready[0] is not batch or ready[1] != batch.seq:
            ready = self._ready = (batch, batch.seq, encode(batch))
        return ready[2]

    def _patiently(self, call: Callable[[], T]) -> T | None:
        """``None``: Redis is out of reach, or takes nothing now."""
        try:
            return asked(call, self._place)
        except Retry as error:
            if time.monotonic() - self._told >= AGAIN:
                self._told = time.monotonic()
                log.warning("the sink queue takes nothing: %s", error)
            return None

    # -- flushers -------------------------------------------------------------------------------------------------
    def read(self, shard: int, limit: int, *, after: str = "", max_bytes: int | None = None) -> list[tuple[str, Batch]]:
        """``after`` is the id of an entry that was read before; ``max_bytes`` (unpacked) end the reading, too."""
        found: list[tuple[str, Batch]] = []
        size, total = min(FEW, limit), 0
        while len(found) < limit:
            page, torn = self._page(shard, size, after), []
            for after, holder, body in page:
                self._read[shard, after] = (holder, len(body))
                try:
                    batch = decode(body)
                except Torn:
                    torn.append(after)
                    continue
                found.append((after, batch))
                total += weigh(batch)
                if max_bytes is not None and total >= max_bytes:
                    break
            if torn:
                self._drop(shard, torn, ["torn"] * len(torn))
            if len(page) < size or (max_bytes is not None and total >= max_bytes):
                break
            size = limit - len(found)
        return found

    def _page(self, shard: int, size: int, after: str) -> list[tuple[str, str, bytes]]:
        """Up to ``size`` entries behind ``after``: id, holder, body."""
        if len(self._read) > 2 * ENTRIES:  # what others removed meanwhile
            self._read.clear()
        start = f"({after}" if after else "-"
        found = asked(lambda: self._client.xrange(self._keys(shard)[0], min=start, count=size), self._place)
        return [
            (_text(raw), f"{_text(fields.get(b'u', b''))}:{_text(fields.get(b'f', b''))}", fields.get(b"b", b""))
            for raw, fields in found
        ]

    def remove(self, shard: int, ids: Iterable[str], results: Sequence[CommitResult]) -> None:
        self._drop(shard, ids, results)

    def _drop(self, shard: int, ids: Iterable[str], results: Sequence[str]) -> None:
        entries: list[Any] = []
        removed: dict[str, tuple[str, int]] = {}
        for id_, result in zip(ids, results, strict=True):
            known = self._read.pop((shard, id_), None)
            if known is not None:
                removed[id_] = known
                entries += [id_, *known, result]
        if not entries:
            return
        keys = [*self._keys(shard), self._key("dead")]
        try:
            asked(lambda: self._remove(keys=keys, args=[self._refused(""), REMEMBERED, DEAD, *entries]), self._place)
        except HeadraceError:
            self._read |= {(shard, id_): known for id_, known in removed.items()}
            raise

    def arrived(self, shards: Sequence[int], timeout: float) -> bool:
        """Wait up to ``timeout`` seconds for an entry to read in one of ``shards``."""
        streams = {self._keys(shard)[0]: "0-0" for shard in shards}
        if asked(lambda: any(self._client.xlen(stream) for stream in streams), self._place):  # says so without a body
            return True
        return bool(asked(lambda: self._client.xread(streams, count=1, block=max(1, int(timeout * 1000))), self._place))

    # -- the state of the queue -----------------------------------------------------------------------------------
    def epoch(self) -> str:
        """Names the queue's present life; another one after Redis was wiped."""
        return self._agreed("epoch", self._fresh + secrets.token_hex(8))

    def _agreed(self, name: str, mine: str) -> str:
        """What is stored under a name: what somebody else was first to store, or ``mine``. Reads only when it is there,
        since nothing can be written at maxmemory."""
        key = self._key(name)

        def stored() -> str:
            found = self._client.get(key)
            if found is None:
                self._client.set(key, mine, nx=True)
                found = self._client.get(key)
            return mine if found is None else _text(found)

        return asked(stored, self._place)

    def ours(self, epoch: str) -> bool:
        """Whether ``epoch`` is or was one of this queue, under this prefix."""
        return epoch.startswith(self._fresh)

    def passed(self, shard: int) -> str:
        """The id before which a shard holds nothing any more: of its first entry, or of this moment."""
        stream = self._keys(shard)[0]

        def first() -> str:
            seconds, micros = self._client.time()  # before looking, so that nothing comes in between
            found = self._client.xrange(stream, count=1)
            return _text(found[0][0]) if found else f"{seconds * 1000 + micros // 1000}-0"

        return asked(first, self._place)

    def sizes(self) -> list[tuple[int, int]]:
        """``(entries, bytes)`` of each shard."""
        keys = [self._keys(shard) for shard in range(self.shards)]

        def found() -> list[tuple[int, int]]:
            return [(int(self._client.xlen(stream)), int(self._client.get(size) or 0)) for stream, size, _ in keys]

        return asked(found, self._place)

    def ages(self) -> list[float]:
        """Seconds that the first entry of each shard has waited; 0 for an empty shard."""

        def found() -> list[float]:
            seconds, micros = self._client.time()
            firsts = [self._client.xrange(self._keys(shard)[0], count=1) for shard in range(self.shards)]
            born = [int(_text(first[0][0]).partition("-")[0]) / 1000 if first else None for first in firsts]
            return [0.0 if each is None else max(0.0, seconds + micros / 1e6 - each) for each in born]

        return asked(found, self._place)

    def writable(self) -> None:
        """Have Redis refuse what it would refuse of a batch: a change that changes nothing. Raises like ``read``."""
        asked(lambda: self._client.set(self._key("writable"), "", xx=True), self._place)

    @property
    def limit(self) -> int:
        """Bytes at which a shard is full."""
        return self._bounds[1]

    def dead(self) -> int:
        """How many torn batches are kept."""
        return int(asked(lambda: self._client.xlen(self._key("dead")), self._place))

    def agree(self) -> None:
        """Make sure that all processes count the same shards. Raises ``Fatal`` when this one does not."""
        found = int(self._agreed("shards", str(self.shards)))
        if found != self.shards:
            remedy = f"set HEADRACE_SHARDS={found} everywhere, or give this cluster a HEADRACE_PREFIX of its own"
            raise Fatal(
                f"this queue has {found} shards, this process {self.shards}", self._place, remedy, reason="shards"
            )

    def belong(self, cluster: str) -> None:
        """Make sure that this queue is that of ``cluster``. Raises ``Fatal`` when it is another one's."""
        if self._agreed("cluster", cluster) != cluster:
            key = self._key("cluster")
            remedy = f"give this cluster a HEADRACE_PREFIX of its own; if the other catalog is gone for good: DEL {key}"
            raise Fatal(
                "another cluster, with another catalog, uses this Redis under the same prefix", self._place, remedy,
                reason="prefix",
            )  # fmt: skip

    def close(self) -> None:
        """Close the connections; what lies in Redis stays. May be called twice."""
        self._client.close()

    def _shard(self, unit: str) -> int:
        return int(unit[:8], 16) % self.shards

    def _key(self, name: str) -> str:
        return f"{self._prefix}:{name}"

    def _keys(self, shard: int) -> tuple[str, str, str]:
        stream = self._key(str(shard))
        return stream, f"{stream}:bytes", f"{stream}:open"

    def _refused(self, holder: str) -> str:
        return self._key(f"refused:{holder}")


def _script(client: Client, name: str) -> Callable[..., Any]:
    made: Callable[..., Any] = client.register_script(Path(__file__).with_name(f"{name}.lua").read_text("utf-8"))
    return made


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
