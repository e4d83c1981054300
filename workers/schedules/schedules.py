"""Schedules and their fire times: each time settled once, together with the run that it opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal, NamedTuple

from specs.contracts.assignment import Opening
from specs.errors import UsageError, known_values
from workers.ledger.columns import dump
from workers.ledger.run import runs
from workers.schedules.transactions import KEPT_SECONDS, Both, ScheduleTransactions
from workers.store.database import SqlDatabase

Overlap = Literal["skip", "queue", "cancel"]
CatchUp = Literal["none", "last", "all"]
Outcome = Literal["started", "queued", "skipped", "missed", "failed"]


class Schedule(NamedTuple):
    """``recipe`` as JSON with references only; ``jitter`` and ``deadline`` in seconds; times up to ``since`` (epoch
    seconds) are settled."""

    name: str
    recipe: str
    cron: str
    zone: str
    jitter: float
    overlap: Overlap
    catch_up: CatchUp
    deadline: float | None
    paused: bool
    created_at: float
    since: float


class Fire(NamedTuple):
    """One time of a schedule (epoch seconds), and what became of it."""

    schedule: str
    fire_time: float
    outcome: Outcome
    run: str | None
    reason: str
    at: float


class Schedules:
    """The tables of schedules and of their fire times. ``now`` is always the scheduler's clock in epoch seconds,
    because fire times are compared with it. All methods raise ``Retry`` while the database is unavailable."""

    def __init__(self, db: SqlDatabase) -> None:
        self._transactions = ScheduleTransactions(db)

    def add(self, schedule: Schedule, *, replace: bool = False) -> None:
        """Store a schedule. Raises ``UsageError`` when there is one of this name and not ``replace``."""
        values = schedule._asdict() | {"schedule": schedule.name, "at": schedule.created_at}
        del values["name"]

        def act(both: Both) -> int:
            if replace:
                both.own.do("remove_schedule", schedule=schedule.name)
            return both.own.do("add_schedule", **values)

        if not self._transactions.write(act, now=schedule.created_at):
            remedy = "take another name, or add --replace"
            raise UsageError(f"there is a schedule {schedule.name!r} already", remedy=remedy)

    def all(self) -> list[Schedule]:
        """All schedules."""
        return [_schedule(row) for row in self._transactions.read(lambda sql: sql.all("schedules"))]

    def get(self, name: str) -> Schedule:
        """The schedule of this name. Raises ``UsageError``, which lists the known names, when there is none."""
        row = self._transactions.read(lambda sql: sql.one("schedule", schedule=name))
        if row is None:
            raise known_values("unknown schedule", name, [each.name for each in self.all()])
        return _schedule(row)

    def pause(self, name: str, *, paused: bool, now: float) -> None:
        """Pause a schedule, or resume it from ``now`` on. Raises ``UsageError`` for an unknown name."""
        self.get(name)
        statement = "pause_schedule" if paused else "unpause_schedule"
        self._transactions.write(lambda both: both.own.do(statement, schedule=name, at=now), now=now)

    def remove(self, name: str) -> None:
        """Remove a schedule and its fire times; a run that it opened goes on. Raises ``UsageError`` for an unknown
        name."""
        self.get(name)

        def act(both: Both) -> None:
            both.own.do("remove_schedule", schedule=name)
            both.own.do("remove_fires", schedule=name)

        self._transactions.write(act, now=0.0)

    def fires(self, name: str, limit: int = 10) -> list[Fire]:
        """The latest ``limit`` fire times of a schedule, the newest first."""
        rows = self._transactions.read(lambda sql: sql.all("fires", schedule=name, limit=limit))
        return [_fire(row) for row in rows]

    def queued(self) -> list[str]:
        """The names of schedules with a fire time that waits for a run to end."""
        return [row.schedule for row in self._transactions.read(lambda sql: sql.all("queued"))]

    def fire(
        self, name: str, time: float, opening: Opening, *, now: float, wait: bool = False, by_hand: bool = False
    ) -> Fire | None:
        """Settle one fire time: open its run, or apply the overlap policy while another run of the service is open.

        ``wait``: queue the time until that run ends, whatever the policy says. ``by_hand``: also while the schedule is
        paused. Returns ``None`` when another process settled the time first, or the schedule was removed or paused.
        """

        def act(both: Both) -> Fire | None:
            schedule = self._due(both, name, time, by_hand)
            if schedule is None:
                return None
            both.ledger.do("lock_service", service=opening.service, type=opening.service_type)
            if not both.own.do("add_fire", **_row(Fire(name, time, "started", None, "", now))):
                return None
            fire = self._decide(both, schedule, opening, Fire(name, time, "started", None, "", now), wait)
            both.own.do("set_fire", **_row(fire))
            return fire

        return self._transactions.write(act, now=now)

    def settle(self, name: str, time: float, outcome: Outcome, reason: str, *, now: float) -> bool:
        """Settle a fire time that opens no run (``missed``, ``failed``); returns ``False`` when another process settled
        it first."""

        def act(both: Both) -> bool:
            if self._due(both, name, time, False) is None:
                return False
            return bool(both.own.do("add_fire", **_row(Fire(name, time, outcome, None, reason, now))))

        return self._transactions.write(act, now=now)

    def release(self, name: str, opening: Opening | str, *, now: float) -> Fire | None:
        """Open the run of the oldest queued fire time, if no run of the service is open; returns what became of the
        time, or ``None``. When ``opening`` is a text, it is the reason why no run can be opened, and the time is
        ``failed``."""

        def act(both: Both) -> Fire | None:
            locked = both.own.one("lock_schedule", schedule=name)
            if locked is None or locked.paused:
                return None
            row = both.own.one("first_queued", schedule=name)
            if row is None:
                return None
            fire = _fire(row)._replace(at=now)
            if isinstance(opening, str):
                fire = fire._replace(outcome="failed", reason=opening)
            else:
                both.ledger.do("lock_service", service=opening.service, type=opening.service_type)
                if both.ledger.one("open_run", service=opening.service) is not None:
                    return None
                fire = _started(both, _schedule(locked), opening, fire)
            both.own.do("set_fire", **_row(fire))
            return fire

        return self._transactions.write(act, now=now)

    def sweep(self, *, now: float) -> int:
        """Remove settled fire times that are older than ``KEPT_SECONDS``; returns how many."""
        return self._transactions.write(lambda both: both.own.do("old_fires", before=now - KEPT_SECONDS), now=now)

    def _due(self, both: Both, name: str, time: float, by_hand: bool) -> Schedule | None:
        """Lock the schedule and mark the time as settled; returns the schedule, or ``None`` when the time was settled
        before or the schedule was removed or paused."""
        row = both.own.one("lock_schedule", schedule=name)
        if row is None or (not by_hand and (row.paused or row.since >= time)):
            return None
        if not by_hand:
            both.own.do("settle", schedule=name, since=time)
        return _schedule(row)

    def _decide(self, both: Both, schedule: Schedule, opening: Opening, fire: Fire, wait: bool) -> Fire:
        row = both.ledger.one("open_run", service=opening.service)
        queued = both.own.one("first_queued", schedule=schedule.name) is not None
        if row is None and not queued:
            return _started(both, schedule, opening, fire)
        open_ = f"run {row.id} of {opening.service} is open" if row is not None else "an earlier time waits"
        if wait:
            return fire._replace(outcome="queued", reason=open_)
        if schedule.overlap == "cancel":
            if row is not None:
                runs.close(both.ledger, row.id, "cancelled", f"by schedule {schedule.name}")
            return _started(both, schedule, opening, fire)
        if schedule.overlap == "queue" and not queued:
            return fire._replace(outcome="queued", reason=open_)
        why = open_ if schedule.overlap == "skip" else f"{open_}, and one time waits already"
        return fire._replace(outcome="skipped", reason=why)


def _started(both: Both, schedule: Schedule, opening: Opening, fire: Fire) -> Fire:
    run = runs.open_run(
        both.ledger, replace(opening, via="cluster", schedule=schedule.name, deadline=schedule.deadline)
    )  # fmt: skip
    return fire._replace(outcome="started", run=run.id, reason="")


def _row(fire: Fire) -> dict[str, Any]:
    return fire._asdict()


def _schedule(row: Any) -> Schedule:
    return Schedule(**(row._asdict() | {"paused": bool(row.paused)}))


def _fire(row: Any) -> Fire:
    return Fire(**row._asdict())


def stored(recipe: Mapping[str, Any]) -> str:
    """A recipe as the JSON text that a schedule stores."""
    return dump(recipe)
