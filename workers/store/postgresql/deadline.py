"""Connections to PostgreSQL that are cut when no answer comes, because the server or the network is frozen."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from typing import Any

from workers.store.retries import DEADLINE_LOOK_SECONDS


class Deadline:
    """Shuts down the socket of a connection that waits for an answer for longer than ``seconds``; the waiting call then
    raises an error.

    The server enforces its own statement timeout, and TCP notices a dead host; this is for all other cases, such as a
    silent proxy in between. It runs in one thread, which is started with the first connection.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._lock = threading.Lock()
        self._waiting: dict[int, tuple[float, int]] = {}
        self._closed = threading.Event()
        self._thread: threading.Thread | None = None

    def connect(self, *arguments: Any, **parameters: Any) -> Any:
        """A ``psycopg.Connection`` under this deadline; takes the arguments of ``psycopg.connect`` and raises its
        errors."""
        self._start()
        return self._kind.connect(*arguments, **parameters)

    @cached_property
    def _kind(self) -> Any:
        import psycopg

        deadline = self

        class TimedConnection(psycopg.Connection[Any]):
            def wait(self, gen: Any, *args: Any, **options: Any) -> Any:
                with deadline._over(self.pgconn.socket):
                    return super().wait(gen, *args, **options)

        return TimedConnection

    def close(self) -> None:
        """End the thread; connections are not cut any more."""
        self._closed.set()

    @contextmanager
    def _over(self, descriptor: int) -> Iterator[None]:
        me = threading.get_ident()
        with self._lock:
            self._waiting[me] = (time.monotonic(), descriptor)
        try:
            yield
        finally:
            with self._lock:
                self._waiting.pop(me, None)

    def _start(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="deadline", daemon=True)
                self._thread.start()

    def _watch(self) -> None:
        while not self._closed.wait(min(DEADLINE_LOOK_SECONDS, self.seconds / 4)):
            oldest = time.monotonic() - self.seconds
            with self._lock:  # a waiting thread cannot leave while this is held, so its descriptor is still valid
                for since, descriptor in self._waiting.values():
                    if since < oldest:
                        _cut(descriptor)


def _cut(descriptor: int) -> None:
    with suppress(OSError):
        line = socket.socket(fileno=os.dup(descriptor))
        with line:
            line.shutdown(socket.SHUT_RDWR)
