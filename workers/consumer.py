"""Celery's consumer of hints, which comes back soon after an outage of Redis, and waits while Redis is full."""

from __future__ import annotations

import logging
import time
from functools import partial
from typing import Any

from celery.worker.consumer import Consumer
from redis.exceptions import ResponseError

LONGEST = 3.0
"""Seconds between two tries to connect, at most; Celery's own half a minute would be idle time after each outage."""
PAUSE = 1.0
"""Seconds between two tries while Redis refuses commands, as it does at its maxmemory."""
log = logging.getLogger("headrace.worker")


class Prompt(Consumer):  # type: ignore[misc]
    def ensure_connected(self, conn: Any) -> Any:
        conn.ensure_connection = partial(
            conn.ensure_connection, interval_start=0.2, interval_step=0.4, interval_max=LONGEST
        )  # fmt: skip
        return super().ensure_connected(conn)

    def on_connection_error_after_connected(self, exc: BaseException) -> None:
        """A refused command is told in one line, and waited for; all else is Celery's."""
        if not isinstance(exc, ResponseError):
            super().on_connection_error_after_connected(exc)
            return
        log.warning("Redis refuses commands, tried again every %g s: %s", PAUSE, exc)
        time.sleep(PAUSE)
