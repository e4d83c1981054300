"""A receiver of webhooks: a real HTTP server that fails in the ways of real receivers when a test tells it to."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HANG = 600.0
"""Seconds that a hanging request waits, unless the receiver stops before."""


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Fault:
    """The failure of one request.

    ``action``: ``answer`` (answer ``status`` without processing the request), ``hang`` (no answer), ``drop`` (close the
    connection before processing), ``die`` (process, then close the connection without an answer), ``slow`` (process,
    then answer a byte at a time), ``trickle`` (process, then send an answer that never ends).
    """

    action: str = "answer"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""


Work = Callable[[Request], tuple[int, Any]]
"""Processes a request; returns the HTTP status and the object to send as JSON."""


class Receiver:
    """Listens on a port of its own (``port`` 0: any free one). Each of ``faults`` applies to one request, in order,
    then ``always`` to every further one. ``work`` processes one request at a time. ``requests`` are all requests, also
    those that failed; ``struck`` counts the failed ones."""

    def __init__(self, work: Work, faults: list[Fault | None] | None = None, *, port: int = 0) -> None:
        self.work = work
        self.faults: list[Fault | None] = list(faults or [])
        self.always: Fault | None = None
        self.requests: list[Request] = []
        self.struck = 0
        self.turn = threading.RLock()
        self.stopping = threading.Event()
        self._server: _Server | None = None
        self.port = port
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.stopping.clear()
        self._server = _Server(("127.0.0.1", self.port), self)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=[0.02], daemon=True).start()

    def stop(self) -> None:
        """Stop listening and close all connections: new ones are refused until ``start`` is called."""
        self.stopping.set()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server.hang_up()
            self._server = None

    def next_fault(self, request: Request) -> Fault | None:
        with self.turn:
            self.requests.append(request)
            fault = self.faults.pop(0) if self.faults else self.always
            self.struck += fault is not None
            return fault

    def __enter__(self) -> Receiver:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], receiver: Receiver) -> None:
        self.receiver = receiver
        self._open: set[socket.socket] = set()
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        for each in list(self._open):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print nothing: tests kill clients in the middle of a request."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def _serve(self) -> None:
        receiver = self.server.receiver
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = Request(self.command, self.path, dict(self.headers.items()), body)
        fault = receiver.next_fault(request)
        if fault is None:
            self._work(request)
        elif fault.action == "answer":
            self._answer(fault.status, fault.body.encode(), fault.headers)
        elif fault.action in ("slow", "trickle"):
            self._slowly(request, ends=fault.action == "slow")
        else:
            if fault.action == "hang":
                receiver.stopping.wait(HANG)
            elif fault.action == "die":
                with receiver.turn:
                    receiver.work(request)
            self._hang_up()

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve

    def _work(self, request: Request) -> None:
        with self.server.receiver.turn:
            status, found = self.server.receiver.work(request)
        self._answer(status, json.dumps(found).encode(), {})

    def _answer(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _slowly(self, request: Request, *, ends: bool) -> None:
        with self.server.receiver.turn:
            status, found = self.server.receiver.work(request)
        body = json.dumps(found).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if ends else 1_000_000))
        self.end_headers()
        pieces = [bytes([byte]) for byte in body] if ends else [b" "] * 1_000_000
        for piece in pieces:
            self.wfile.write(piece)
            self.wfile.flush()
            if self.server.receiver.stopping.wait(0.01 if ends else 0.1):
                return

    def _hang_up(self) -> None:
        """Close the connection with RST, so that the client does not take it for the end of an answer."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def log_message(self, format: str, *args: Any) -> None:
        """Print nothing: tests read ``requests`` instead."""


class Hook:
    """A webhook's receiver: ``objects`` is the newest state of each object by ``(type, FQN)``, ``told`` are all changes
    in the order in which they came."""

    def __init__(self) -> None:
        self.objects: dict[tuple[str, str], Any] = {}
        self.seqs: dict[tuple[str, str], int] = {}
        self.told: list[dict[str, Any]] = []

    def __call__(self, request: Request) -> tuple[int, Any]:
        for change in request.json()["changes"]:
            self.told.append(change)
            self.apply(change)
        return 200, {"ok": True}

    def apply(self, change: dict[str, Any]) -> None:
        key = (change["type"], change["fqn"])
        if change["seq"] < self.seqs.get(key, 0):
            return
        self.seqs[key] = change["seq"]
        if change["op"] == "delete":
            self.objects.pop(key, None)
        else:
            self.objects[key] = change["entity"]
