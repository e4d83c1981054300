"""The proxy does to connections what it is told."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.patience import PATIENCE
from tests.servers.proxy import Proxy


@pytest.fixture
def echo() -> Iterator[int]:
    """The port of a server that sends back what it gets."""
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def answer(line: socket.socket) -> None:
        with line, suppress(OSError):
            while data := line.recv(4096):
                line.sendall(data)

    def serve() -> None:
        while not over.is_set():
            with suppress(OSError):
                threading.Thread(target=answer, args=[listener.accept()[0]], daemon=True).start()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listener.getsockname()[1]
    over.set()
    with suppress(OSError):
        socket.create_connection(listener.getsockname(), timeout=1).close()
    thread.join(PATIENCE)
    listener.close()


@pytest.fixture
def proxy(echo: int) -> Iterator[Proxy]:
    made = Proxy(echo)
    yield made
    made.close()


def line(proxy: Proxy) -> socket.socket:
    return socket.create_connection(("127.0.0.1", proxy.port), timeout=5)


def said(client: socket.socket, text: bytes) -> bytes:
    client.sendall(text)
    return client.recv(4096)


def test_pass(proxy: Proxy) -> None:
    with line(proxy) as client:
        assert said(client, b"one") == b"one"
        assert proxy.connections == 1


def test_reset_breaks_old_and_new_connections(proxy: Proxy) -> None:
    with line(proxy) as client:
        assert said(client, b"one") == b"one"
        proxy.set("reset")
        with pytest.raises(ConnectionResetError):
            client.recv(1)
    with pytest.raises(OSError), line(proxy) as client:  # noqa: PT011
        said(client, b"two")
    proxy.set("pass")
    with line(proxy) as client:
        assert said(client, b"three") == b"three"


def test_half_open_drops_replies_only(proxy: Proxy) -> None:
    with line(proxy) as client:
        proxy.set("half-open")
        client.settimeout(0.3)
        with pytest.raises(TimeoutError):
            said(client, b"lost")
        proxy.set("pass")
        assert said(client, b"found") == b"found"


def test_slow(proxy: Proxy) -> None:
    with line(proxy) as client:
        proxy.set("slow", rate=1000)
        begun = time.monotonic()
        client.sendall(b"x" * 500)
        got = b""
        while len(got) < 500:
            got += client.recv(4096)
        assert time.monotonic() - begun > 0.3


def test_refuse_lets_nobody_in(proxy: Proxy) -> None:
    with line(proxy) as client:
        proxy.set("refuse")
        assert client.recv(1) == b""
        with pytest.raises(ConnectionRefusedError):
            line(proxy)
        proxy.set("pass")
        with line(proxy) as other:
            assert said(other, b"again") == b"again"
