"""Units that stopped workers release while the database is unavailable: noted in Redis, then released by the scheduler.

A worker that is stopped releases its unit in the ledger. When the database stops at the same time, the worker cannot do
that, and it ends long before the database is back: without this note the unit would wait until its lease expires.
"""

from __future__ import annotations

from workers.queues.redis.errors import asked
from workers.queues.redis.link import Client
from workers.queues.times import DEPARTURE_SECONDS


class Departures:
    """One note per worker. All methods raise ``Retry`` while Redis cannot be reached, ``Fatal`` when it refuses us."""

    def __init__(self, client: Client, prefix: str, place: str) -> None:
        self._client, self._prefix, self._place = client, prefix, place

    def note(self, worker: str, unit: str, fence: int) -> None:
        """Note that ``worker`` ends and releases ``unit``, which it held under ``fence``."""
        asked(lambda: self._client.set(self._key(worker), f"{unit}:{fence}", ex=DEPARTURE_SECONDS), self._place)

    def of(self, worker: str) -> tuple[str, int] | None:
        """``(unit, fence)`` that ``worker`` noted when it ended; ``None`` when there is no note."""
        found = asked(lambda: self._client.get(self._key(worker)), self._place)
        if found is None:
            return None
        unit, _, fence = (found.decode() if isinstance(found, bytes) else str(found)).rpartition(":")
        return unit, int(fence)

    def _key(self, worker: str) -> str:
        return f"{self._prefix}:left:{worker}"
