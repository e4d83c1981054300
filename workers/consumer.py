"""Celery's consumer of hints, which comes back soon after an outage of Redis."""

from __future__ import annotations

from functools import partial
from typing import Any

from celery.worker.consumer import Consumer

LONGEST = 3.0
"""Seconds between two tries to connect, at most; Celery's own half a minute would be idle time after each outage."""


class Prompt(Consumer):  # type: ignore[misc]
    def ensure_connected(self, conn: Any) -> Any:
        conn.ensure_connection = partial(
            conn.ensure_connection, interval_start=0.2, interval_step=0.4, interval_max=LONGEST
        )  # fmt: skip
        return super().ensure_connected(conn)
