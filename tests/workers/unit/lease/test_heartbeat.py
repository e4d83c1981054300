"""Leases are renewed as long as the unit is alive, and no longer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from specs.contracts.work import Claim, Lost, Unit
from specs.errors import Retry
from specs.topology.events import Start
from specs.topology.scope import Scope
from tests.patience import PATIENCE
from workers.process.stop_flag import StopFlag
from workers.unit import times
from workers.unit.lease.heartbeat import Heartbeat, HeldUnit

CLAIM = Claim(Unit("u" * 32, "run", "shop", Start("table", Scope.of("shop"))), 7)
NEXT = Claim(Unit("v" * 32, "run", "shop", Start("table", Scope.of("shop"))), 8)


class Renewals:
    """A ledger that only renews, as told; ``True`` when nothing more is told."""

    def __init__(self, *answers: Any) -> None:
        self.answers, self.units = list(answers), list[str]()

    @property
    def count(self) -> int:
        return len(self.units)

    def renew(self, unit: str, fence: int, **options: Any) -> bool:
        self.units.append(unit)
        answer = self.answers.pop(0) if self.answers else True
        if isinstance(answer, Exception):
            raise answer
        return bool(answer)


class Source:
    def __init__(self) -> None:
        self.statements, self.cancelled, self.awaited = 0, 0, 1

    def cancel(self) -> None:
        self.cancelled += 1


@contextmanager
def beating(ledger: Renewals, stop: StopFlag | None = None, **options: Any) -> Iterator[Heartbeat]:
    made = Heartbeat(ledger, stop or StopFlag(), every=0.15, **options)  # type: ignore[arg-type]
    try:
        yield made
    finally:
        made.close()


def eventually(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_living_unit_is_renewed() -> None:
    ledger = Renewals()
    with beating(ledger) as beat:
        with beat.hold(CLAIM):
            eventually(lambda: ledger.units.count(CLAIM.unit.id) >= 2)
        with beat.hold(NEXT):  # from its first renewal on, none of the other is on its way any more
            eventually(lambda: NEXT.unit.id in ledger.units)
            before = len(ledger.units)
            eventually(lambda: len(ledger.units) >= before + 2)
        assert set(ledger.units[before:]) == {NEXT.unit.id}


def test_an_errand_that_takes_long_holds_up_no_renewal() -> None:
    """The unit before is locked, by a flusher that was frozen: the one in hand is renewed all the same."""
    ledger, begun, over = Renewals(), threading.Event(), threading.Event()
    told: list[str] = []

    def waits() -> None:
        begun.set()
        over.wait(PATIENCE)
        told.append("first")

    with beating(ledger) as beat, beat.hold(CLAIM) as held:
        held.later(waits)
        held.later(lambda: told.append("second"))
        assert begun.wait(PATIENCE)
        before = ledger.count
        eventually(lambda: ledger.count >= before + 2)
        assert told == []
        over.set()
    assert told == ["first", "second"], "whoever closes waits for what was given"


def test_a_refused_renewal_loses_the_unit_and_cancels() -> None:
    source = Source()
    with beating(Renewals(False)) as beat, beat.hold(CLAIM) as held, held.reading(source):  # type: ignore[arg-type]
        held.check()
        eventually(lambda: held.lost)
        with pytest.raises(Lost):
            held.check()
        eventually(lambda: source.cancelled == 1)


def test_a_busy_ledger_is_asked_again() -> None:
    ledger = Renewals(Retry("busy"), MemoryError(), Retry("busy"))
    with beating(ledger) as beat, beat.hold(CLAIM) as held:
        eventually(lambda: ledger.count >= 3)
        assert not held.lost


def test_a_stalled_unit_is_cancelled_and_not_renewed() -> None:
    source, ledger = Source(), Renewals()
    with beating(ledger, limit=-times.STALL_SECONDS) as beat, beat.hold(CLAIM) as held:
        with held.reading(source):  # type: ignore[arg-type]
            eventually(lambda: source.cancelled == 1)
            before = ledger.count
            time.sleep(0.4)
        assert ledger.count == before
        assert source.cancelled == 1


def test_a_statement_sent_is_a_sign_of_life() -> None:
    source = Source()
    held = HeldUnit(CLAIM, 60.0, lambda _: None)
    with held.reading(source):  # type: ignore[arg-type]
        assert not held.stalled()
        for _ in range(3):
            held.at -= 100.0  # as if that time had passed
            source.statements += 1
            assert not held.stalled()
        held.at -= 100.0
        assert held.stalled()


def test_a_call_of_many_statements_may_take_as_long_as_all_of_them() -> None:
    source = Source()
    with beating(Renewals(), limit=0.2 - times.STALL_SECONDS) as beat, beat.hold(CLAIM) as held:
        source.awaited = 1000
        with held.reading(source):  # type: ignore[arg-type]
            time.sleep(0.6)
            assert source.cancelled == 0
            source.awaited = 1
            eventually(lambda: source.cancelled == 1)


def test_the_end_of_a_call_of_many_statements_is_a_sign_of_life() -> None:
    source = Source()
    held = HeldUnit(CLAIM, 60.0, lambda _: None)
    with held.reading(source):  # type: ignore[arg-type]
        source.awaited = 3
        assert not held.stalled()
        held.at -= 170.0  # as if that time had passed
        assert not held.stalled()
        source.awaited = 1
        assert not held.stalled()


def test_a_cancelled_call_of_many_statements_has_time_to_end() -> None:
    """It may take as long as all of its statements, and is reported as stuck only a lease after that."""
    source, stuck = Source(), list[str]()
    source.awaited = 4
    with (
        beating(Renewals(), limit=10.0 - times.STALL_SECONDS, lease=60.0, stuck=stuck.append) as beat,
        beat.hold(CLAIM) as held, held.reading(source),  # type: ignore[arg-type]
    ):  # fmt: skip
        assert not held.stalled()
        held.at -= 75.0  # as if that time had passed: more than one statement may take, and a lease
        eventually(lambda: source.cancelled == 1)
        assert not stuck


def test_what_is_stuck_is_reported_at_last() -> None:
    stuck: list[str] = []
    with beating(Renewals(), limit=-times.STALL_SECONDS, lease=0.2, stuck=stuck.append) as beat, beat.hold(CLAIM):
        eventually(lambda: stuck)
    assert stuck[0] == "shop"


def test_a_stop_cancels_at_once() -> None:
    source, stop = Source(), StopFlag()
    with beating(Renewals(), stop) as beat, beat.hold(CLAIM) as held, held.reading(source):  # type: ignore[arg-type]
        stop.set("SIGINT")
        eventually(lambda: source.cancelled == 1)


def test_what_does_not_heed_a_stop_is_reported_soon_and_what_ends_is_not() -> None:
    source, stop, stuck = Source(), StopFlag(), list[str]()
    with beating(Renewals(), stop, stuck=stuck.append) as beat, beat.hold(CLAIM) as held:
        stop.set("SIGINT")
        with held.reading(source):  # type: ignore[arg-type]
            eventually(lambda: source.cancelled == 1)
        time.sleep(times.CANCELLED_CALL_SECONDS + 0.3)
        assert not stuck
        with held.reading(source):  # type: ignore[arg-type]
            eventually(lambda: stuck)
    assert stuck == ["shop"]
