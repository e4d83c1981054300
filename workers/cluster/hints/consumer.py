"""Celery's consumer of hints, changed to reconnect soon after an outage of Redis, and to wait while Redis refuses
commands."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from celery.worker.consumer import Consumer
from redis.exceptions import ResponseError

from workers.cluster.times import CONNECT_PAUSE_SECONDS, REFUSED_PAUSE_SECONDS
from workers.queues.redis.errors import passing, translate

log = logging.getLogger("headrace.worker")


class Prompt(Consumer):  # type: ignore[misc]
    def ensure_connected(self, conn: Any) -> Any:
        ensure = conn.ensure_connection

        def patiently(*arguments: Any, callback: Callable[[], None] | None = None, **named: Any) -> Any:
            def waiting() -> None:
                self.controller.turned()
                if callback is not None:
                    callback()

            pace = {"interval_start": 0.2, "interval_step": 0.4, "interval_max": CONNECT_PAUSE_SECONDS}
            return ensure(*arguments, callback=waiting, **{**named, **pace})

        conn.ensure_connection = patiently
        return super().ensure_connected(conn)

    def on_connection_error_before_connected(self, exc: BaseException) -> None:
        if not self._refused(exc):
            super().on_connection_error_before_connected(exc)

    def on_connection_error_after_connected(self, exc: BaseException) -> None:
        """Celery closes the connection here. One that stayed open would go on being polled, and end the worker once a
        task that came through it is done."""
        super().on_connection_error_after_connected(exc)
        self._refused(exc)

    def _refused(self, exc: BaseException) -> bool:
        """Whether Redis refuses commands for a while: then log one line and wait. Other errors are left to Celery."""
        if passing(exc) is None and not isinstance(exc, ResponseError):
            return False
        told = translate(exc, "").what  # type: ignore[arg-type]
        log.warning("Redis refuses commands, tried again every %g s: %s", REFUSED_PAUSE_SECONDS, told)
        self.controller.turned()
        time.sleep(REFUSED_PAUSE_SECONDS)
        return True
