"""The sink queue in Redis: one stream per shard, bounded in entries and bytes; a full one makes producers wait."""

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
from workers.queues.times import FULL_LINE_SECONDS, REFUSED_SECONDS, ROOM_LOOK_SECONDS
from workers.queues.weight import weigh

BYTES = 64_000_000
"""Most encoded bytes in one shard; one batch always fits, however large."""
ENTRIES = 10_000

DEAD = 1000
"""Damaged batches that are kept for inspection; their units are read again."""
FEW = 4
"""Entries that ``read`` asks for first: usually no more are waiting."""
log = logging.getLogger("headrace.queue")
T = TypeVar("T")


class RedisQueue:
    """A ``SinkQueue`` between machines; ``max_bytes`` (encoded) and ``max_entries`` bound a shard, ``window`` the
    uncommitted batches of a unit. While Redis cannot be reached, is at its maxmemory or refuses changes, the queue
    counts as full: ``put`` waits, and all methods of flushers and of the queue's state raise ``Retry``. Every method
    raises ``Fatal`` when Redis refuses us. A call may be repeated after a lost reply. Safe to use from several threads.
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
        """The beginning of every epoch of this queue."""
        self._told = float("-inf")
        self._read: dict[tuple[int, str], tuple[str, int]] = {}
        """``(holder, encoded bytes)`` of each entry that was read, by ``(shard, id)``: shards may use the same ids."""

    # -- producers ------------------------------------------------------------------------------------------------
    def put(self, batch: Batch, *, timeout: float) -> QueuePosition | None:
        """As ``SinkQueue.put``. Raises ``Lost``, and ``Fatal`` when Redis refuses us."""
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
                    raise Lost("another worker holds the unit now")
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
        """Wait until ``end`` (monotonic seconds) for room for ``size`` bytes, without sending the batch, which may be
        large; returns whether there is room. ``calm``: Redis itself takes nothing now, so pause before asking again."""
        if calm:
            time.sleep(max(0.0, min(end - time.monotonic(), random.uniform(ROOM_LOOK_SECONDS / 2, ROOM_LOOK_SECONDS))))
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
            pause = min(ROOM_LOOK_SECONDS, pause * 1.5)
        return True

    def _encoded(self, batch: Batch) -> bytes:
        ready = self._ready
        if ready is None or ready[0] is not batch or ready[1] != batch.seq:
            ready = self._ready = (batch, batch.seq, encode(batch))
        return ready[2]

    def _patiently(self, call: Callable[[], T]) -> T | None:
        """What ``call`` returns; ``None`` when Redis cannot be reached or takes nothing now."""
        try:
            return asked(call, self._place)
        except Retry as error:
            if time.monotonic() - self._told >= FULL_LINE_SECONDS:
                self._told = time.monotonic()
                log.warning("the sink queue takes nothing: %s", error)
            return None

    # -- flushers -------------------------------------------------------------------------------------------------
    def read(self, shard: int, limit: int, *, after: str = "", max_bytes: int | None = None) -> list[tuple[str, Batch]]:
        """Up to ``limit`` entries, ``(id, batch)``, behind the id ``after``; fewer once they have ``max_bytes``, as
        ``weigh`` estimates them. Damaged batches are moved aside and left out."""
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
        """``(id, holder, body)`` of up to ``size`` entries behind ``after``."""
        if len(self._read) > 2 * ENTRIES:  # it also holds entries that other flushers have removed since
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
            asked(
                lambda: self._remove(keys=keys, args=[self._refused(""), REFUSED_SECONDS, DEAD, *entries]), self._place
            )
        except HeadraceError:
            self._read |= {(shard, id_): known for id_, known in removed.items()}
            raise

    def arrived(self, shards: Sequence[int], timeout: float) -> bool:
        """Wait up to ``timeout`` seconds for an entry in one of ``shards``; returns whether there is one."""
        streams = {self._keys(shard)[0]: "0-0" for shard in shards}
        if asked(lambda: any(self._client.xlen(stream) for stream in streams), self._place):  # transfers no batch
            return True
        return bool(asked(lambda: self._client.xread(streams, count=1, block=max(1, int(timeout * 1000))), self._place))

    # -- the state of the queue -----------------------------------------------------------------------------------
    def epoch(self) -> str:
        """A random name that changes when Redis loses its data: entries of another epoch are lost."""
        return self._agreed("epoch", self._fresh + secrets.token_hex(8))

    def _agreed(self, name: str, mine: str) -> str:
        """The value that all processes agree on under a name: the one that the first process stored there, or ``mine``,
        stored now. An existing value is only read, because at maxmemory nothing can be written."""
        key = self._key(name)

        def stored() -> str:
            found = self._client.get(key)
            if found is None:
                self._client.set(key, mine, nx=True)
                found = self._client.get(key)
            return mine if found is None else _text(found)

        return asked(stored, self._place)

    def ours(self, epoch: str) -> bool:
        """Whether ``epoch`` is a present or former epoch of the queue under this prefix."""
        return epoch.startswith(self._fresh)

    def passed(self, shard: int) -> str:
        """The id before which a shard holds no entry: that of its first entry, or of the present time."""
        stream = self._keys(shard)[0]

        def first() -> str:
            seconds, micros = self._client.time()  # before the range: an entry that comes in between has a later id
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
        """Send a write that changes nothing, to see whether Redis takes writes. Raises ``Retry`` when it does not."""
        asked(lambda: self._client.set(self._key("writable"), "", xx=True), self._place)

    @property
    def limit(self) -> int:
        """Encoded bytes at which a shard is full."""
        return self._bounds[1]

    def dead(self) -> int:
        """The number of damaged batches that are kept for inspection."""
        return int(asked(lambda: self._client.xlen(self._key("dead")), self._place))

    def agree(self) -> None:
        """Check that this process has the same number of shards as all others. Raises ``Fatal`` when it has not."""
        found = int(self._agreed("shards", str(self.shards)))
        if found != self.shards:
            remedy = f"set HEADRACE_SHARDS={found} everywhere, or give this cluster a HEADRACE_PREFIX of its own"
            raise Fatal(
                f"this queue has {found} shards, this process {self.shards}", self._place, remedy, reason="shards"
            )

    def belong(self, cluster: str) -> None:
        """Check that the queue under this prefix belongs to ``cluster``. Raises ``Fatal`` when it does not."""
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
