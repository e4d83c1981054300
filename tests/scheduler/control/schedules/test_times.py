"""When schedules are due: clocks put forward and back, jitter, outages."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from scheduler.control.schedules import times
from specs.errors import UsageError
from workers.schedules import Schedule

BERLIN = ZoneInfo("Europe/Berlin")


def at(text: str, fold: int = 0) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN, fold=fold).timestamp()


def told(found: list[float]) -> list[str]:
    return [datetime.fromtimestamp(each, BERLIN).strftime("%d %H:%M %z") for each in found]


def schedule(
    cron: str, since: str, jitter: float = 0.0, zone: str = "Europe/Berlin", name: str = "nightly"
) -> Schedule:
    return Schedule(name, "{}", cron, zone, jitter, "skip", "none", None, False, at(since), at(since))


def test_a_time_that_the_clock_skips_comes_after_the_gap() -> None:
    nightly = schedule("30 2 * * *", "2026-03-28T12:00")
    assert told(times.due(nightly, at("2026-03-30T12:00"))) == ["29 03:00 +0200", "30 02:30 +0200"]
    assert times.due(nightly, at("2026-03-29T01:59")) == []
    assert times.upcoming(nightly, at("2026-03-28T13:00")) == at("2026-03-29T03:00")


def test_a_time_that_the_clock_shows_twice_counts_once() -> None:
    nightly = schedule("30 2 * * *", "2026-10-24T12:00")
    due = times.due(nightly, at("2026-10-26T12:00"))
    assert told(due) == ["25 02:30 +0200", "26 02:30 +0100"]
    second = at("2026-10-25T02:15", fold=1)
    assert told(times.due(nightly, second)) == ["25 02:30 +0200"], "found although the clock shows an earlier time"
    settled = nightly._replace(since=due[0])
    assert times.due(settled, at("2026-10-25T02:45", fold=1)) == []
    assert times.upcoming(settled, second) == at("2026-10-26T02:30")


def test_what_runs_every_half_hour_goes_by_real_time() -> None:
    often = schedule("*/30 * * * *", "2026-10-25T01:31")
    assert told(times.due(often, at("2026-10-25T03:00"))) == [
        "25 02:00 +0200", "25 02:30 +0200", "25 02:00 +0100", "25 02:30 +0100", "25 03:00 +0100"
    ]  # fmt: skip
    spring = schedule("0 * * * *", "2026-03-29T00:30")
    assert told(times.due(spring, at("2026-03-29T04:30"))) == ["29 01:00 +0100", "29 03:00 +0200", "29 04:00 +0200"]


def test_zones_differ() -> None:
    now = at("2026-07-01T12:00")
    berlin, utc = (schedule("0 3 * * *", "2026-06-30T12:00", zone=zone) for zone in ("Europe/Berlin", "UTC"))
    assert times.due(utc, now)[0] - times.due(berlin, now)[0] == 7200


def test_a_time_is_due_in_its_very_second() -> None:
    nightly = schedule("0 3 * * *", "2026-06-30T12:00")
    assert times.due(nightly, at("2026-07-01T03:00") - 0.001) == []
    assert times.due(nightly, at("2026-07-01T03:00")) == [at("2026-07-01T03:00")]
    assert times.due(nightly._replace(since=at("2026-07-01T03:00")), at("2026-07-01T03:00") + 0.5) == []


def test_jitter_is_the_same_for_everybody_and_different_for_each_time() -> None:
    nightly = schedule("0 3 * * *", "2026-06-01T12:00", jitter=3600)
    found = [at(f"2026-06-{day:02d}T03:00") for day in range(2, 30)]
    delays = [times.delay(nightly, each) for each in found]
    assert delays == [times.delay(schedule("0 3 * * *", "2026-06-01T12:00", jitter=3600), each) for each in found]
    assert all(0 <= each < 3600 for each in delays)
    assert len(set(delays)) == len(delays)
    assert max(delays) - min(delays) > 1800
    assert times.delay(nightly._replace(name="other"), found[0]) != delays[0]
    assert times.due(nightly, found[0] + delays[0] - 1) == []
    assert times.due(nightly, found[0] + delays[0] + 1) == [found[0]]
    assert times.upcoming(nightly, found[0] + delays[0] - 1) == found[0] + delays[0]


def test_after_years_only_the_latest_times_are_looked_at() -> None:
    often = schedule("* * * * *", "2020-01-01T00:00")
    now = at("2026-06-01T12:00")
    found = times.due(often, now)
    assert (len(found), found[-1]) == (times.MOST_TIMES, now)


@pytest.mark.parametrize("cron", ["0 3 * *", "61 * * * *", "0 0 3 * * *", "0 0 30 2 *", "daily", "", "0 25 * * *"])
def test_a_wrong_expression_is_told(cron: str) -> None:
    with pytest.raises(UsageError, match=r"cron .* is wrong: .*minute hour day month weekday"):
        times.check(cron, "UTC", 0, now=at("2026-06-01T12:00"))


@pytest.mark.parametrize("zone", ["Europe/Berln", "+01:00", "", "/etc/passwd", "Europe"])
def test_an_unknown_zone_is_told(zone: str) -> None:
    with pytest.raises(UsageError, match=r"unknown time zone .* Europe/Berlin"):
        times.check("0 3 * * *", zone, 0, now=0)


def test_a_jitter_never_lets_one_time_overtake_the_next() -> None:
    with pytest.raises(UsageError, match="jitter of 600s is not shorter than the 300s"):
        times.check("*/5 * * * *", "UTC", 600, now=0)
    assert times.check("@daily", "UTC", 600, now=0) == "0 0 * * *"
