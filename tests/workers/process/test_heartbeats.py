"""Signs of life: who is silent is counted by its parent, and a parent that was held up itself blames nobody."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from contextlib import suppress

import pytest

from workers.process.governor.child_heartbeats import Heartbeats, beat
from workers.process.times import COUNTED_SILENCE_SECONDS, FIRST_HEARTBEAT_SECONDS


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def heartbeats(clock: Clock) -> Iterator[Heartbeats]:
    made = Heartbeats(clock=clock)
    yield made
    made.close()


def said(heartbeats: Heartbeats, pid: int) -> None:
    os.write(heartbeats.writer, struct.pack("=I", pid))


def test_who_says_nothing_is_silent(heartbeats: Heartbeats, clock: Clock) -> None:
    said(heartbeats, 1)
    assert heartbeats.silence([1, 2]) == {1: 0.0, 2: 0.0}
    for second in (1, 2, 3):
        clock.now = second
        said(heartbeats, 2)
        assert heartbeats.silence([1, 2]) == {1: second, 2: 0.0}
    said(heartbeats, 1)
    assert heartbeats.silence([1]) == {1: 0.0}
    assert heartbeats.silence([1, 2]) == {1: 0.0, 2: 0.0}, "a process that comes anew is asked about anew"


def test_who_begins_has_time_for_a_first_word(heartbeats: Heartbeats, clock: Clock) -> None:
    heartbeats.silence([1])
    for _ in range(int(FIRST_HEARTBEAT_SECONDS)):
        clock.now += 1.0
        assert heartbeats.silence([1]) == {1: 0.0}
    clock.now += 1.0
    assert heartbeats.silence([1]) == {1: 1.0}


def test_a_parent_that_was_held_up_blames_nobody(heartbeats: Heartbeats, clock: Clock) -> None:
    said(heartbeats, 1)
    heartbeats.silence([1])
    clock.now = 3600.0
    assert heartbeats.silence([1]) == {1: COUNTED_SILENCE_SECONDS}


def test_a_parent_that_does_not_listen_holds_up_nobody(heartbeats: Heartbeats) -> None:
    with suppress(BlockingIOError):
        while True:
            said(heartbeats, 7)
    heartbeats.silence([7])
    assert heartbeats.silence([7]) == {7: 0.0}


def test_a_living_process_is_heard(heartbeats: Heartbeats, clock: Clock) -> None:
    pid = os.getpid()
    said(heartbeats, pid)
    heartbeats.silence([pid])
    thread = beat(heartbeats.writer, every=0.001)
    clock.now = 1.0
    while heartbeats.silence([pid])[pid]:  # silent until it is heard
        clock.now += 0.001
    assert thread.is_alive()


def test_a_new_process_is_heard_at_once(heartbeats: Heartbeats, clock: Clock) -> None:
    """What it does next may hold the interpreter, and would then count as slow imports."""
    pid = os.getpid()
    said(heartbeats, pid)
    heartbeats.silence([pid])
    beat(heartbeats.writer, every=3600.0)
    clock.now = 1.0
    while heartbeats.silence([pid])[pid]:
        clock.now += 0.001
