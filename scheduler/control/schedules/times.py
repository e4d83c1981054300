"""When a schedule is due: a cron expression in a time zone, with a jitter that is the same in all schedulers.

When clocks are put forward or back, times are those of Debian's cron: a time of day that is skipped comes right after
the gap, a time of day that comes twice counts once, and steps of minutes or hours go by real time.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from itertools import islice, pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from specs.errors import UsageError
from workers.schedules import Schedule

MOST_TIMES = 100
"""Most times of one schedule that are considered after an outage: the latest ones."""
_SHORTHANDS = {
    "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
}  # fmt: skip


def check(cron: str, zone: str, jitter: float, *, now: float) -> str:
    """The expression to store. Raises ``UsageError`` for an expression that is wrong or never due, an unknown time
    zone, or a ``jitter`` (seconds) that is not shorter than the gap between two times."""
    found = _SHORTHANDS.get(cron.strip().lower(), cron.strip())
    upcoming = list(islice(_upcoming(found, zone, now), MOST_TIMES))
    if not upcoming:
        raise UsageError(f"cron {cron!r} is never due", remedy=_EXAMPLE)
    gap = min((later - earlier for earlier, later in pairwise(upcoming)), default=float("inf"))
    if jitter >= gap:
        what = f"a jitter of {jitter:.0f}s is not shorter than the {gap:.0f}s between two times of {cron!r}"
        raise UsageError(what, remedy="give a shorter --jitter")
    return found


def due(schedule: Schedule, now: float) -> list[float]:
    """The times (epoch seconds) that are due and not settled, oldest first; the latest ``MOST_TIMES`` of them."""
    latest = islice(_backwards(schedule.cron, schedule.zone, now), MOST_TIMES)
    found = [time for time in _until(latest, schedule.since) if time + delay(schedule, time) <= now]
    return found[::-1]


def upcoming(schedule: Schedule, now: float) -> float | None:
    """The epoch seconds at which the next run starts, jitter included; ``None`` when there is no next time."""
    after = max(schedule.since, now - schedule.jitter - 1)
    for time in islice(_upcoming(schedule.cron, schedule.zone, after), MOST_TIMES):
        start = time + delay(schedule, time)
        if start > now and time > schedule.since:
            return start
    return None


def delay(schedule: Schedule, time: float) -> float:
    """The jitter of one time, in seconds: computed from the schedule's name and the time, so that all schedulers get
    the same."""
    if not schedule.jitter:
        return 0.0
    drawn = blake2b(f"{schedule.name}\n{time:.0f}".encode(), digest_size=8).digest()
    return schedule.jitter * int.from_bytes(drawn, "big") / 2**64


def _until(times: Iterator[float], since: float) -> Iterator[float]:
    for time in times:
        if time <= since:
            return
        yield time


_EXAMPLE = 'write five fields, minute hour day month weekday: --cron "0 3 * * *"'


def _upcoming(cron: str, zone: str, after: float) -> Iterator[float]:
    return (time.timestamp() for time in _simulated(cron, datetime.fromtimestamp(after, _zone(zone)), False))


def _backwards(cron: str, zone: str, now: float) -> Iterator[float]:
    """Times from ``now``, that second included, into the past. The search begins two hours later, because an hour of
    the day may come twice."""
    start = datetime.fromtimestamp(int(now) + 7200, _zone(zone))
    return (time.timestamp() for time in _simulated(cron, start, True) if time.timestamp() <= now)


def _simulated(cron: str, start: datetime, reverse: bool) -> CronSim:
    try:
        if len(cron.split()) != 5:
            raise CronSimError("it has not five fields")
        return CronSim(cron, start, reverse=reverse)
    except CronSimError as error:
        why = str(error)
        raise UsageError(f"cron {cron!r} is wrong: {why[:1].lower()}{why[1:]}", remedy=_EXAMPLE) from None


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageError(
            f"unknown time zone {name!r}", remedy="name one as Europe/Berlin or UTC, not as CET or +01:00"
        ) from None
