"""A small HTTP server for what monitoring asks of a process: ``/metrics`` and ``/healthz``.

Not the server of ``prometheus_client`` (measured with version 0.26.0): it sets no deadline for silent clients (100 of
them held 100 threads without limit; here at most 16 threads for 5 seconds), answers every path with the metrics, so
that ``/healthz`` would always be 200, refuses HEAD, and answers a bare 500 while the database is unavailable, where
this one answers 503 with the reason.
"""

from __future__ import annotations

import errno
import logging
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from specs.errors import Fatal, HeadraceError, UsageError
from workers.process.times import CLIENT_SECONDS, TURN_SECONDS

REQUEST_BYTES = 8192
"""Most bytes of a request."""
CLIENTS_AT_ONCE = 16
"""Clients served at once; the connections of further ones are closed at once."""
PLAIN = "text/plain; charset=utf-8"
Route = Callable[[], tuple[int, str, str]]
"""Returns the HTTP status, the content type and the body."""
log = logging.getLogger("headrace.web")


class Web:
    """A running server. ``address`` is the ``host:port`` on which it listens. A context manager that stops it."""

    def __init__(self, server: _Server) -> None:
        self._server = server
        host, port = server.socket.getsockname()[:2]
        self.address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        self._thread = threading.Thread(target=server.serve_forever, args=[0.1], name="web", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop listening, within a second."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(1.0)

    def __enter__(self) -> Web:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def serve(address: str, routes: Mapping[str, Route]) -> Web:
    """Listen on ``HOST:PORT`` (``:PORT`` is every interface, port 0 any free one) and answer GET for these paths.

    When a route raises, the client gets 503 with the error's message, so that monitoring shows what is wrong.
    Raises ``UsageError`` for a text that is no address and for an unknown host, ``Fatal`` when the port cannot be
    listened on.
    """
    host, port = parse(address)
    remedy = "choose another HOST:PORT, or stop what listens there"
    try:
        return Web(_Server(host, port, routes))
    except socket.gaierror:
        raise UsageError(
            "this host is unknown, so there is nothing to listen on", address, "name one of this machine"
        ) from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Fatal("the port is in use", address, remedy, reason="port") from None
        raise Fatal(f"cannot listen: {error.strerror}", address, remedy, reason="port") from None


def parse(address: str) -> tuple[str, int]:
    """``(host, port)`` of ``HOST:PORT``, an IPv6 host in brackets. Raises ``UsageError`` for any other text."""
    host, colon, port = address.rpartition(":")
    if not colon or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise UsageError("this is no address to listen on", address, "write HOST:PORT, such as 127.0.0.1:9108")
    return host.strip("[]") or "0.0.0.0", int(port)


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True

    def __init__(self, host: str, port: int, routes: Mapping[str, Route]) -> None:
        self.routes, self._free = routes, threading.BoundedSemaphore(CLIENTS_AT_ONCE)
        family, _, _, _, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        self.address_family = family
        super().__init__((str(where[0]), int(where[1])), _Client)

    def process_request(self, request: Any, client_address: Any) -> None:
        if self._free.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: an error here means that the client has gone away."""


class _Client(socketserver.BaseRequestHandler):
    """Answers one request and closes the connection."""

    server: _Server

    def handle(self) -> None:
        head = self._head()
        words = head.split(b"\r\n")[0].decode("latin-1").split()
        if len(words) != 3 or not words[2].startswith("HTTP/"):
            return self._answer(400, PLAIN, "not HTTP\n", body=True)
        method, path = words[0], words[1].partition("?")[0]
        if method not in ("GET", "HEAD"):
            return self._answer(405, PLAIN, "GET only\n", body=True)
        route = self.server.routes.get(path)
        if route is None:
            known = "".join(f"{each}\n" for each in self.server.routes)
            return self._answer(404, PLAIN, known, body=method == "GET")
        return self._answer(*_asked(route), body=method == "GET")

    def _head(self) -> bytes:
        """The request up to its empty line. One deadline holds for all of it, however slowly the client sends."""
        end, found = time.monotonic() + CLIENT_SECONDS, b""
        while b"\r\n\r\n" not in found and len(found) < REQUEST_BYTES:
            self.request.settimeout(max(0.01, end - time.monotonic()))
            part = self.request.recv(REQUEST_BYTES)
            if not part or time.monotonic() >= end:
                break
            found += part
        return found

    def _answer(self, status: int, type_: str, text: str, *, body: bool) -> None:
        content = text.encode()
        head = (
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Type: {type_}\r\n"
            f"Content-Length: {len(content)}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n"
        )
        self.request.settimeout(CLIENT_SECONDS)
        self.request.sendall(head.encode("latin-1") + (content if body else b""))


def _asked(route: Route) -> tuple[int, str, str]:
    try:
        return route()
    except HeadraceError as error:
        return 503, PLAIN, f"{error}\n"
    except Exception as error:
        log.exception("an answer could not be made")
        return 500, PLAIN, f"internal error: {type(error).__name__}\n"


class Pulse:
    """Watches one loop of a process, which calls ``beat`` in each turn; a turn may take ``limit`` seconds."""

    def __init__(self, limit: float = TURN_SECONDS, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit, self._clock = limit, clock
        self._last = clock()

    def beat(self) -> None:
        """Say that the loop turns."""
        self._last = self._clock()

    def trouble(self) -> str:
        """What is wrong with the loop; empty when it turned within the limit."""
        silent = self._clock() - self._last
        return "" if silent <= self._limit else f"has not turned for {silent:.0f} seconds"


class Health:
    """``/healthz`` of a process: 200 while all its loops turn, else 503 with a line for each loop that does not.

    Only this process counts. A process that waits for Redis or the database is healthy: restarting it would not help.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._parts: dict[str, Callable[[], str]] = {}
        self._notes: Callable[[], list[str]] = list

    def loop(self, name: str, limit: float = TURN_SECONDS) -> Pulse:
        """Register a loop, which has to call ``beat`` of the returned pulse at least every ``limit`` seconds."""
        pulse = Pulse(limit, clock=self._clock)
        self._parts[f"the loop {name!r}"] = pulse.trouble
        return pulse

    def part(self, name: str, trouble: Callable[[], str]) -> None:
        """Register a check other than a loop: ``trouble`` returns what is wrong, or an empty text."""
        self._parts[name] = trouble

    def notes(self, found: Callable[[], list[str]]) -> None:
        """Register the function whose lines are added to every answer, healthy or not."""
        self._notes = found

    def route(self) -> tuple[int, str, str]:
        """The answer of ``/healthz``: status, content type and body (a ``Route``)."""
        told = {name: trouble() for name, trouble in self._parts.items()}
        lines = [f"{name} {trouble}" for name, trouble in told.items() if trouble]
        return 503 if lines else 200, PLAIN, "".join(f"{line}\n" for line in [*(lines or ["ok"]), *self._notes()])
