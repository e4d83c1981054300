"""The sink queue over pipes, a spawned worker's end: sends batches within its credit of bytes and receives what was
committed."""

from __future__ import annotations

import pickle
import socket
import threading
from typing import Any

from specs.contracts.work import WINDOW, Batch, Lost, QueuePosition
from workers.process.stop_flag import StopFlag
from workers.queues.pipe.calls import REPLY, Asking
from workers.queues.pipe.frames import READ, Frames, frame
from workers.queues.window import Window

BATCH, ERROR, ACKS, WAKE, END, STOP, ORDER = b"B", b"E", b"A", b"W", b"N", b"S", b"O"
"""Kinds of messages. To the parent: a batch (``BATCH``), an error that ends the run (``ERROR``). To the worker: what
was committed (``ACKS``), a unit may be ready (``WAKE``), the run is over (``END``), release your unit (``STOP``), what
to work on (``ORDER``)."""
CREDIT = 8_000_000
"""Most bytes of uncommitted batches, as they are pickled, of one worker."""


class PipeLine:
    """The producer's half of a ``SinkQueue``. When the pipe breaks, ``stop`` is set, and every ``put`` raises ``Lost``.

    ``ask`` calls the parent's ledger (see ``calls``); ``over`` is true once the parent said that the run is over. First
    ``order`` reads the first message, then ``listen`` starts the thread that receives all others. ``put`` and
    ``settle`` also raise ``Lost`` when another worker holds the unit now.
    """

    def __init__(self, pipe: socket.socket, stop: StopFlag, *, credit: int = CREDIT, window: int = WINDOW) -> None:
        self._pipe, self._stop = pipe, stop
        self._window = Window(credit, window)
        self._frames = Frames()
        self._asking = Asking(self._send)
        self._sending = threading.Lock()
        self.ask = self._asking.call
        self._rest: list[tuple[bytes, bytes]] = []
        self._ready: tuple[Batch, bytes] | None = None
        self._sent = 0
        self.epoch = ""
        self.over = False
        self.idle = self._window.idle

    def order(self) -> Any:
        """The object that the parent sent first: it says what to work on. Raises ``EOFError`` when the parent is
        gone."""
        while not self._rest:
            data = self._pipe.recv(READ)
            if not data:
                raise EOFError("the parent is gone")
            self._rest += self._frames.feed(data)
        kind, payload = self._rest.pop(0)
        assert kind == ORDER, kind
        return pickle.loads(payload)

    def listen(self) -> None:
        """Start the daemon thread that receives messages."""
        threading.Thread(target=self._hear, name="pipe", daemon=True).start()

    def put(self, batch: Batch, *, timeout: float) -> QueuePosition | None:
        if self._ready is None or self._ready[0] is not batch or self._ready[0].seq != batch.seq:
            self._ready = (batch, pickle.dumps(batch, pickle.HIGHEST_PROTOCOL))
        data = self._ready[1]
        if not self._window.enter((batch.unit, batch.fence), len(data), timeout):
            return None
        self._ready = None
        self._send(frame(BATCH, data))
        self._sent += 1
        return QueuePosition(0, self.epoch, f"{self._sent:016d}")

    def settle(self, unit: str, fence: int, *, timeout: float) -> bool:
        return self._window.settle((unit, fence), timeout)

    def report(self, error: BaseException) -> None:
        """Send the parent the error for which the run cannot go on. Raises ``Lost`` when the parent is gone."""
        self._send(frame(ERROR, pickle.dumps(error)))

    def close(self) -> None:
        self._pipe.close()

    def _send(self, data: bytes) -> None:
        try:
            with self._sending:  # the thread that renews the lease sends too
                self._pipe.sendall(data)
        except OSError:
            self._broken()
            raise Lost("the parent process is gone") from None

    def _broken(self) -> None:
        self._stop.set("the parent process is gone")
        lost = Lost("the parent process is gone")
        self._window.fail(lost)
        self._asking.fail(lost)

    def _hear(self) -> None:
        for kind, payload in self._rest:
            self._heard(kind, payload)
        while True:  # also after END: answers to calls that were made before it still come
            try:
                data = self._pipe.recv(READ)
            except OSError:
                data = b""
            if not data:
                self._broken()
                return
            for kind, payload in self._frames.feed(data):
                self._heard(kind, payload)

    def _heard(self, kind: bytes, payload: bytes) -> None:
        if kind == ACKS:
            for holder, size, result in pickle.loads(payload):
                self._window.leave(holder, size, result)
        elif kind == REPLY:
            self._asking.replied(payload)
        elif kind == STOP:
            self._stop.set(payload.decode())
        elif kind == END:
            self.over = True
        if kind not in (ACKS, REPLY):
            self._window.wake()
