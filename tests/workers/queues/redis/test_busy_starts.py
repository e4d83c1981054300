"""A process that starts while Redis is busy waits for it as running ones do, says so, and gives up in the end."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from redis import exceptions

from specs.errors import Fatal
from workers.queues.redis.link import LinkStopped, reach
from workers.queues.times import BUSY_SECONDS, REACH_SECONDS, WAITING_LINE_SECONDS

SCRIPT = exceptions.ResponseError("BUSY Redis is busy running a script. You can only call SCRIPT KILL.")
LOADING = exceptions.BusyLoadingError("Redis is loading the dataset in memory")
AWAY = exceptions.ConnectionError("Connection refused")
READONLY = exceptions.ReadOnlyError("You can't write against a read only replica.")


class Server:
    """A client whose server answers with these errors first; each try takes a second of its own clock."""

    def __init__(self, *errors: Exception, forever: Exception | None = None) -> None:
        self.errors, self.forever, self.now = list(errors), forever, 1000.0

    def info(self, section: str) -> dict[str, Any]:
        self.now += 1.0
        if self.errors:
            raise self.errors.pop(0)
        if self.forever is not None:
            raise self.forever
        return {"redis_version": "7.2.0"}

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def start(server: Server) -> float:
    """Seconds until a process that starts goes on. Raises what ends it."""
    begun = server.now
    reach(server, "redis://h", busy=BUSY_SECONDS, sleep=server.sleep, clock=server.clock)
    return server.now - begun


@pytest.mark.parametrize("error", [SCRIPT, LOADING])
def test_it_waits_for_longer_than_for_a_server_that_is_away(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "headrace"):
        took = start(Server(*[error] * 60))
    assert REACH_SECONDS * 2 < took < BUSY_SECONDS
    lines = [record.getMessage() for record in caplog.records]
    assert 1 + took // (WAITING_LINE_SECONDS + 2) <= len(lines) <= 1 + took // WAITING_LINE_SECONDS, (
        "now and then, not at every try"
    )
    assert all("waiting for Redis" in line and "redis://h" in line for line in lines)


def test_it_does_not_wait_for_ever() -> None:
    server = Server(forever=SCRIPT)
    begun = server.now
    with pytest.raises(Fatal, match="busy with a script") as told:
        start(server)
    assert BUSY_SECONDS <= server.now - begun <= BUSY_SECONDS + 3
    assert told.value.remedy


@pytest.mark.parametrize("error", [AWAY, READONLY])
def test_what_may_be_a_wrong_setting_is_told_soon(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    server = Server(forever=error)
    begun = server.now
    with pytest.raises(Fatal):
        start(server)
    assert REACH_SECONDS <= server.now - begun <= REACH_SECONDS + 3
    assert not caplog.records


def test_a_server_that_answers_between_two_outages_is_not_away() -> None:
    away = [AWAY] * 4
    assert start(Server(*away, SCRIPT, *away, SCRIPT, *away)) > REACH_SECONDS


def test_who_only_looks_waits_for_nothing() -> None:
    server = Server(SCRIPT)
    with pytest.raises(Fatal):
        reach(server, "redis://h", patience=0.0, sleep=server.sleep, clock=server.clock)


def test_who_is_asked_to_stop_waits_no_longer() -> None:
    server = Server(forever=SCRIPT)
    end = server.now + 20.0
    with pytest.raises(LinkStopped):
        reach(
            server,
            "redis://h",
            busy=BUSY_SECONDS,
            stopped=lambda: server.now >= end,
            sleep=server.sleep,
            clock=server.clock,
        )
    assert server.now <= end + 3
