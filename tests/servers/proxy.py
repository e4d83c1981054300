"""A TCP proxy whose connections tests can cut, stall or slow down."""

from __future__ import annotations

import itertools
import selectors
import socket
import struct
import threading
import time
from contextlib import suppress
from typing import Literal

from tests.patience import PATIENCE

Mode = Literal["pass", "reset", "half-open", "slow", "cut", "refuse"]
CHUNK = 16_384
"""Most bytes that are forwarded at once."""
TICK = 0.02
"""Seconds between two checks of the mode."""


class Proxy:
    """Listens on a free loopback ``port`` and forwards to ``host:target``, in a thread of its own. With ``others``, new
    connections go to all these ports in turn.

    The mode can be changed at any time: ``pass`` forwards; ``reset`` breaks every connection with RST, including new
    ones; ``half-open`` forwards what clients send and drops every reply; ``slow`` forwards replies at ``rate`` bytes
    per second and connection; ``cut`` breaks a connection with RST once ``rate`` bytes of replies have passed;
    ``refuse`` closes every connection and the listening socket.
    """

    def __init__(self, target: int, *others: int, host: str = "127.0.0.1") -> None:
        self._targets = itertools.cycle([(host, port) for port in (target, *others)])
        self._mode: Mode = "pass"
        self._links: list[_Link] = []
        self._selector = selectors.DefaultSelector()
        self._listener: socket.socket | None = None
        self._closed = False
        self._wanted: tuple[Mode, float] | None = None
        self._taken = threading.Event()
        self.port = 0
        self._listen()
        self._thread = threading.Thread(target=self._loop, name="proxy", daemon=True)
        self._thread.start()

    def set(self, mode: Mode, rate: float = 2_000.0) -> None:
        """Change the mode; returns once it holds for all connections."""
        self._taken.clear()
        self._wanted = (mode, rate)
        assert self._taken.wait(PATIENCE), "the proxy is dead"

    @property
    def connections(self) -> int:
        return len(self._links)

    def close(self) -> None:
        self._closed = True
        self._thread.join(PATIENCE)

    def _listen(self) -> None:
        made = socket.socket()
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(("127.0.0.1", self.port))
        made.listen(128)
        made.setblocking(False)
        self.port = made.getsockname()[1]
        self._listener = made
        self._selector.register(made, selectors.EVENT_READ)

    def _loop(self) -> None:
        rate = 0.0
        try:
            while not self._closed:
                if self._wanted is not None:
                    mode, rate = self._wanted
                    self._wanted = None
                    self._switch(mode)
                    self._taken.set()
                for key, _ in self._selector.select(TICK):
                    if key.fileobj is self._listener:
                        self._accept()
                    else:
                        self._forward(key.data, key.fileobj, rate)  # type: ignore[arg-type]
                for link in self._links:
                    self._resume(link)
        finally:
            for link in list(self._links):
                self._drop(link)
            self._deaf()
            self._selector.close()

    def _switch(self, mode: Mode) -> None:
        self._mode = mode
        if mode in ("reset", "refuse"):
            for link in list(self._links):
                self._drop(link, reset=mode == "reset")
        if mode == "refuse":
            self._deaf()
        elif self._listener is None:
            self._listen()

    def _deaf(self) -> None:
        if self._listener is not None:
            self._selector.unregister(self._listener)
            self._listener.close()
            self._listener = None

    def _accept(self) -> None:
        assert self._listener is not None
        with suppress(OSError):
            client, _ = self._listener.accept()
            if self._mode == "reset":
                _abort(client)
                return
            try:
                server = socket.create_connection(next(self._targets), timeout=2)
            except OSError:  # the target is down: a client has to see the same as without the proxy
                _abort(client)
                return
            link = _Link(client, server)
            self._links.append(link)
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                end.settimeout(5)
                self._selector.register(end, selectors.EVENT_READ, link)

    def _forward(self, link: _Link, end: socket.socket, rate: float) -> None:
        if link.closed:
            return
        reply = end is link.server
        size = CHUNK
        if reply and self._mode == "slow":
            size = max(1, min(CHUNK, int(rate * TICK)))
            link.rest_until = time.monotonic() + size / rate
            self._selector.unregister(end)
        try:
            data = end.recv(size)
            if not data:
                self._drop(link)
            elif reply and self._mode == "cut":
                link.client.sendall(data[: max(0, int(rate) - link.replied)])
                link.replied += len(data)
                if link.replied > rate:
                    self._drop(link, reset=True)
            elif not (reply and self._mode == "half-open"):
                (link.client if reply else link.server).sendall(data)
        except OSError:
            self._drop(link)

    def _resume(self, link: _Link) -> None:
        """Read on from a slow link once its pause is over."""
        if link.rest_until and not link.closed and time.monotonic() >= link.rest_until:
            link.rest_until = 0.0
            self._selector.register(link.server, selectors.EVENT_READ, link)

    def _drop(self, link: _Link, *, reset: bool = False) -> None:
        link.closed = True
        if link in self._links:
            self._links.remove(link)
        for end in (link.client, link.server):
            with suppress(KeyError, ValueError):
                self._selector.unregister(end)
            if reset:
                _abort(end)
            else:
                end.close()


class _Link:
    """The two sockets of one forwarded connection."""

    def __init__(self, client: socket.socket, server: socket.socket) -> None:
        self.client, self.server = client, server
        self.rest_until = 0.0
        self.replied = 0
        self.closed = False


def _abort(end: socket.socket) -> None:
    """Close with RST in place of FIN."""
    with suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    end.close()
