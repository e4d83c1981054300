"""When a schedule is due: a cron expression in a time zone, with jitter that is the same for everybody.

Clocks that are put forward or back are treated as Debian's cron does: a time of day that is skipped comes right after
the gap, one that comes twice counts once, and what runs every so many minutes or hours goes by real time.
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

MOST = 100
"""Times that are looked at after an outage, the latest ones."""
_SHORTHANDS = {
    "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@midnight": "0 0 * * *", "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *",
}  # fmt: skip


def check(cron: str, zone: str, jitter: float, *, now: float) -> str:
    """The expression to store. Raises ``UsageError`` for one that is wrong or never due, a zone that nobody knows, or a
    jitter that would let one time overtake the next."""
    found = _SHORTHANDS.get(cron.strip().lower(), cron.strip())
    upcoming = list(islice(_upcoming(found, zone, now), MOST))
    if not upcoming:
        raise UsageError(f"cron {cron!r} is never due", remedy=_EXAMPLE)
    gap = min((later - earlier for earlier, later in pairwise(upcoming)), default=float("inf"))
    if jitter >= gap:
        what = f"a jitter of {jitter:.0f}s is not shorter than the {gap:.0f}s between two times of {cron!r}"
        raise UsageError(what, remedy="give a shorter --jitter")
    return found


def due(schedule: Schedule, now: float) -> list[float]:
    """The times (epoch seconds) that are due and not settled, oldest first; the latest ``MOST`` of them."""
    latest = islice(_backwards(schedule.cron, schedule.zone, now), MOST)
    found = [time for time in _until(latest, schedule.since) if time + delay(schedule, time) <= now]
    return found[::-1]


def upcoming(schedule: Schedule, now: float) -> float | None:
    """When the next run starts, jitter included."""
    after = max(schedule.since, now - schedule.jitter - 1)
    for time in islice(_upcoming(schedule.cron, schedule.zone, after), MOST):
        start = time + delay(schedule, time)
        if start > now and time > schedule.since:
            return start
    return None


def delay(schedule: Schedule, time: float) -> float:
    """The jitter of one time, in seconds: drawn from its name, so that all schedulers agree."""
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
    """From ``now`` on, that second included, into the past. Begins later, since an hour may come twice."""
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
