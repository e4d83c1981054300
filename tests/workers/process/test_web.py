"""The little HTTP server: answers, refuses, and never waits for a client for long."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from contextlib import suppress

import pytest

from specs.errors import Fatal, Retry, UsageError
from tests.patience import PATIENCE
from workers.process.health_endpoint import CLIENTS_AT_ONCE, PLAIN, REQUEST_BYTES, Health, Web, parse, serve


def broken() -> tuple[int, str, str]:
    raise Retry("the database is out", "db", "start it")


def odd() -> tuple[int, str, str]:
    raise ValueError("secret detail")


ROUTES = {"/healthz": lambda: (200, PLAIN, "ok ü\n"), "/broken": broken, "/odd": odd}


def get(web: Web, path: str, method: str = "GET") -> tuple[int, str]:
    host, port = parse(web.address)
    connection = http.client.HTTPConnection(host, port, timeout=PATIENCE)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def test_answers(caplog: pytest.LogCaptureFixture) -> None:
    with serve("127.0.0.1:0", ROUTES) as web:
        assert get(web, "/healthz") == (200, "ok ü\n")
        assert get(web, "/healthz?x=1") == (200, "ok ü\n")
        assert get(web, "/healthz", "HEAD") == (200, "")
        assert get(web, "/healthz", "POST")[0] == 405
        assert get(web, "/else") == (404, "/healthz\n/broken\n/odd\n")
        assert get(web, "/broken") == (503, "the database is out (db); start it\n")
        assert not caplog.records, "requests are not logged"
        assert get(web, "/odd") == (500, "internal error: ValueError\n")


def test_a_port_in_use_is_one_clear_line() -> None:
    with serve("127.0.0.1:0", ROUTES) as web, pytest.raises(Fatal, match="the port is in use") as told:
        serve(web.address, ROUTES)
    assert web.address in str(told.value)


@pytest.mark.parametrize("address", ["", "9108", "host:", "host:x", "host:70000", "host:-1"])
def test_no_address(address: str) -> None:
    with pytest.raises(UsageError, match="HOST:PORT"):
        serve(address, ROUTES)


def test_forms_of_addresses() -> None:
    assert parse(":80") == ("0.0.0.0", 80)
    assert parse("[::1]:80") == ("::1", 80)
    with pytest.raises(UsageError, match="unknown"):
        serve("no.such.host.invalid:0", ROUTES)


def test_silent_and_chattering_clients_do_not_hold_it_up() -> None:
    asked, over = threading.Event(), threading.Event()

    def slow() -> tuple[int, str, str]:
        asked.set()
        over.wait(PATIENCE)
        return 200, PLAIN, "at last"

    web = serve("127.0.0.1:0", {**ROUTES, "/slow": slow})
    clients = [socket.create_connection(parse(web.address), timeout=PATIENCE) for _ in range(4)]
    clients[0].sendall(b"GET /hea")
    assert get(web, "/healthz")[0] == 200
    clients[1].sendall(b"nonsense\r\n\r\n")
    assert clients[1].recv(100).startswith(b"HTTP/1.1 400")
    clients[2].sendall(b"x" * 9000)
    clients[3].sendall(b"GET /slow HTTP/1.1\r\n\r\n")
    assert asked.wait(PATIENCE)
    stopping = threading.Thread(target=web.stop, daemon=True)
    stopping.start()
    stopping.join(PATIENCE / 2)
    assert not stopping.is_alive(), "stopping waits for nobody"
    over.set()
    for client in clients:
        client.close()


def test_a_request_that_trickles_in_ends(caplog: pytest.LogCaptureFixture) -> None:
    with serve("127.0.0.1:0", ROUTES) as web, socket.create_connection(parse(web.address), timeout=PATIENCE) as client:
        client.sendall(b"GET /healthz HTTP/1.1\r\n")
        sent = 0
        with suppress(OSError):
            while sent < REQUEST_BYTES:
                client.sendall(b"x")
                sent += 1
                time.sleep(0.02)
        assert sent < REQUEST_BYTES, "its deadline is one for all of it"


def test_too_many_clients_are_turned_away() -> None:
    with serve("127.0.0.1:0", ROUTES) as web:
        held = [socket.create_connection(parse(web.address), timeout=PATIENCE) for _ in range(CLIENTS_AT_ONCE)]
        time.sleep(0.5)
        with socket.create_connection(parse(web.address), timeout=PATIENCE) as more:
            assert more.recv(1) == b""
        for each in held:
            each.close()


def test_the_health_of_a_process_is_that_of_all_its_loops() -> None:
    clock = [0.0]
    health = Health(clock=lambda: clock[0])
    first, _ = health.loop("first", 10.0), health.loop("second", 100.0)
    sick = ""
    health.part("a child", lambda: sick)
    assert health.route()[::2] == (200, "ok\n")
    clock[0] = 11.0
    assert health.route()[::2] == (503, "the loop 'first' has not turned for 11 seconds\n")
    first.beat()
    health.notes(lambda: ["one was ended"])
    assert health.route()[::2] == (200, "ok\none was ended\n")
    sick = "does not end"
    clock[0] = 101.0
    status, _, text = health.route()
    assert status == 503
    assert text.splitlines() == [
        "the loop 'first' has not turned for 90 seconds", "the loop 'second' has not turned for 101 seconds",
        "a child does not end", "one was ended",
    ]  # fmt: skip
