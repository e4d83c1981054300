"""Which overdue leases are those of dead workers: the looks of one process, under a clock of the test."""

from __future__ import annotations

from workers.ledger.unit.leases import COUNTED_SECONDS, OVERDUE_SECONDS, Overdue, grace

A, B = ("a", 1, 100.0), ("b", 2, 100.0)


class Clock:
    def __init__(self) -> None:
        self.now = 50.0

    def __call__(self) -> float:
        return self.now


def looks(*steps: tuple[float, set[tuple[str, int, float]]], grace: float = 4.0) -> list[set[tuple[str, int, float]]]:
    """What each look answers; a step is the seconds before it and what it finds overdue."""
    clock = Clock()
    overdue, answers = Overdue(clock), []
    for seconds, found in steps:
        clock.now += seconds
        answers.append(overdue.look(found, grace))
    return answers


def test_a_lease_that_stays_overdue_is_taken_away_in_the_end() -> None:
    assert looks((1, {A}), (2, {A}), (2, {A}), (2, {A})) == [set(), set(), {A}, {A}]


def test_one_look_is_not_enough_however_late_it_comes() -> None:
    assert looks((1000, {A}), (0, {A})) == [set(), set()]


def test_each_lease_counts_for_itself() -> None:
    assert looks((1, {A}), (2, {A, B}), (2, {A, B}), (2, {B})) == [set(), set(), {A}, {B}]


def test_what_was_renewed_or_not_seen_counts_anew() -> None:
    renewed = ("a", 1, 101.0)
    assert looks((1, {A}), (3, {renewed}), (3, {renewed}), (3, {renewed})) == [set(), set(), set(), {renewed}]
    assert looks((1, {A}), (3, set()), (3, {A}), (3, {A})) == [set()] * 4


def test_a_process_that_was_held_up_itself_takes_nothing_away() -> None:
    assert looks((1, {A}), (1000, {A}), (1000, {A}), grace=1.5 * COUNTED_SECONDS) == [set(), set(), {A}]


def test_a_clock_that_runs_backwards_only_delays() -> None:
    assert looks((1, {A}), (-100, {A}), (4, {A})) == [set(), set(), {A}]


def test_a_holder_has_time_for_its_next_renewal() -> None:
    """It renews after 15 seconds, or after a quarter of a short lease."""
    for lease in (2.0, 10.0, 60.0, 3600.0):
        assert grace(lease) > min(15.0, lease / 4)
    assert grace(60.0) == OVERDUE_SECONDS
