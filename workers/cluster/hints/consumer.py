"""Celery's consumer of hints, changed to reconnect soon after an outage of Redis, and to wait while Redis refuses
commands."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from celery.worker.consumer import Consumer
from redis.exceptions import ResponseError

from workers.queues.redis.errors import passing, translate

LONGEST = 3.0
"""Most seconds between two tries to connect; with Celery's 30 seconds a worker would idle after each outage."""
PAUSE = 1.0
"""Seconds between two tries while Redis refuses commands, as it does at its maxmemory."""
log = logging.getLogger("headrace.worker")


class Prompt(Consumer):  # type: ignore[misc]
    def ensure_connected(self, conn: Any) -> Any:
        ensure = conn.ensure_connection

        def patiently(*arguments: Any, callback: Callable[[], None] | None = None, **named: Any) -> Any:
            def waiting() -> None:
                self.controller.turned()
                if callback is not None:
                    callback()

            pace = {"interval_start": 0.2, "interval_step": 0.4, "interval_max": LONGEST}
            return ensure(*arguments, callback=waiting, **{**named, **pace})

        conn.ensure_connection = patiently
        return super().ensure_connected(conn)

    def on_connection_error_before_connected(self, exc: BaseException) -> None:
        if not self._refused(exc):
            super().on_connection_error_before_connected(exc)

    def on_connection_error_after_connected(self, exc: BaseException) -> None:
        if not self._refused(exc):
            super().on_connection_error_after_connected(exc)

    def _refused(self, exc: BaseException) -> bool:
        """Whether Redis refuses commands for a while: then log one line and wait. Other errors are left to Celery."""
        if passing(exc) is None and not isinstance(exc, ResponseError):
            return False
        log.warning("Redis refuses commands, tried again every %g s: %s", PAUSE, translate(exc, "").what)  # type: ignore[arg-type]
        self.controller.turned()
        time.sleep(PAUSE)
        return True
