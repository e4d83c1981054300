"""What stopped workers give back while the catalog is out: said in Redis, and carried over by the scheduler.

A worker that is stopped gives its unit back in the ledger. When the database stops at the same time it cannot, and is
gone long before the database is back: its unit would wait until the lease has run out.
"""

from __future__ import annotations

from workers.queues.redis.errors import asked
from workers.queues.redis.link import Client

KEPT = 3600
"""Seconds for which it is kept; a lease lasts no longer."""


class Departures:
    """One entry per worker. All raise ``Retry`` while Redis is out, ``Fatal`` when it refuses us."""

    def __init__(self, client: Client, prefix: str, place: str) -> None:
        self._client, self._prefix, self._place = client, prefix, place

    def note(self, worker: str, unit: str, fence: int) -> None:
        """``worker`` leaves; it gives ``unit`` back."""
        asked(lambda: self._client.set(self._key(worker), f"{unit}:{fence}", ex=KEPT), self._place)

    def of(self, worker: str) -> tuple[str, int] | None:
        """The unit and the fence that ``worker`` gave back when it left; ``None``: it did not say so."""
        found = asked(lambda: self._client.get(self._key(worker)), self._place)
        if found is None:
            return None
        unit, _, fence = (found.decode() if isinstance(found, bytes) else str(found)).rpartition(":")
        return unit, int(fence)

    def _key(self, worker: str) -> str:
        return f"{self._prefix}:left:{worker}"
