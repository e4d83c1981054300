"""The present state of a cluster, read from its ledger and its sink queue without counting units."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from scheduler.app.deadline import REDIS_ANSWER_SECONDS, SILENT_SECONDS, Asked, asked
from scheduler.app.runs.run_state import at_work
from scheduler.control.schedules.times import upcoming
from scheduler.control.snapshots import died
from specs.errors import Fatal, Retry
from workers.ledger import SqlLedger
from workers.metrics.cluster import Queue
from workers.metrics.statements import Ask, asking, units
from workers.presence import Process, live
from workers.process import liveness
from workers.schedules import Schedules
from workers.store.database import SqlDatabase

_Told = tuple[list[tuple[int, int]], list[float], int, str]
"""What a sink queue tells: sizes, ages, torn batches, and why nothing more is taken."""


@dataclass(frozen=True)
class RunView:
    """An open run. ``via`` says whether the cluster works on it, or a single command (embedded).

    ``units`` by state; ``waiting``: seconds in which no ready unit was claimed; ``interrupted``: the process of the
    command that crawled it has ended.
    """

    run: str
    service: str
    via: str
    paused: bool
    seconds: float
    known: int
    done: int
    entities: int
    failures: int
    units: dict[str, int]
    waiting: float
    leases_expired: int
    fenced_writes: int
    crashes: int
    poisoned: int
    interrupted: bool = False


@dataclass(frozen=True)
class EndedView:
    run: str
    service: str
    state: str
    ago: float


@dataclass(frozen=True)
class ProcessView:
    """``process`` is host and process id; bytes and seconds."""

    process: str
    kind: str
    queue: str | None
    rss: int
    budget: int | None
    age: float
    silent: float


@dataclass(frozen=True)
class ShardView:
    """A shard of the sink queue. ``oldest`` is the age of its first entry in seconds; ``held``: a flusher holds it."""

    shard: int
    entries: int
    bytes: int
    limit: int
    oldest: float
    held: bool


@dataclass(frozen=True)
class ServiceLoad:
    """A failing service: its failures in a row, and the seconds for which its units are not claimed."""

    service: str
    failing: int
    left_alone: float


@dataclass(frozen=True)
class SinkView:
    """``failing``: tries in a row that failed, and the ``reason`` of the last one."""

    sink: str
    state: str
    behind: int
    behind_seconds: float
    failing: int
    dead_letters: int
    reason: str = ""


@dataclass(frozen=True)
class ScheduleView:
    """``next`` and ``last`` in seconds since 1970; ``outcome`` of the last time."""

    schedule: str
    paused: bool
    next: float | None
    last: float | None
    outcome: str | None


@dataclass(frozen=True)
class View:
    """The state of a cluster at one moment. When Redis cannot be reached, ``queue`` is empty and ``queue_error`` says
    why."""

    at: float
    catalog: str
    leader: str | None
    runs: list[RunView]
    ended: list[EndedView]
    processes: list[ProcessView]
    queue: list[ShardView]
    queue_error: str
    services: list[ServiceLoad]
    sinks: list[SinkView]
    schedules: list[ScheduleView]
    torn: int = 0
    trouble: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def ask_queue(queue: Queue) -> Asked[_Told]:
    """Begin to ask the sink queue, which has ``REDIS_ANSWER_SECONDS`` from now on."""
    return asked(lambda: _told(queue), REDIS_ANSWER_SECONDS)


def look(db: SqlDatabase, queue: Queue, waiting: Asked[_Told] | None = None, *, now: float | None = None) -> View:
    """Read the state of a cluster. Raises ``Retry`` and ``Fatal`` as ``SqlDatabase`` does; when the queue, which may be
    ``waiting`` to answer already, cannot be reached or hangs, the view says so."""
    waiting = waiting or ask_queue(queue)
    at = time.time() if now is None else now
    with asking(db, now) as ask:
        rows = ask("open_runs")
        runs = [_run(ask, row) for row in rows]
        ended = [EndedView(row.id, row.service, row.state, max(0.0, row.ago or 0.0)) for row in ask("ended_runs")]
        leader = next((row.holder for row in ask("leaders") if row.role == "scheduler" and row.held), None)
        held = {int(row.shard) for row in ask("shards") if row.held}
        services = [
            ServiceLoad(row.service, row.failing, max(0.0, row.rest or 0.0))
            for row in ask("services")
            if row.open or row.failing
        ]
        sinks, last = _sinks(ask), {row.name: row for row in ask("schedules")}
    ledger = SqlLedger(db)
    runs = [
        replace(run, interrupted=run.via == "embedded" and not at_work(ledger, run.run, row.owner))
        for run, row in zip(runs, rows, strict=True)
    ]
    schedules = [
        ScheduleView(
            each.name, each.paused, None if each.paused else upcoming(each, at), last[each.name].fire_time,
            last[each.name].outcome,
        )
        for each in Schedules(db).all()
        if each.name in last
    ]  # fmt: skip
    found = [each for each in live(db, now=now) if not liveness.gone(each.name)]
    processes = [
        ProcessView(each.name.rpartition(":")[0], each.kind, each.queue, each.rss, each.budget, each.age, each.silent)
        for each in found
    ]
    shards, torn, error = _shards(waiting, queue.limit, held)
    view = View(
        at, db.where, leader and leader.rpartition(":")[0], runs, ended, processes, shards, error, services, sinks,
        schedules, torn,
    )  # fmt: skip
    view.trouble.extend(_trouble(view))
    view.trouble.extend(_silent(found))
    return view


def _run(ask: Ask, row: Any) -> RunView:
    sums = ask("totals", run=row.id)[0]
    states, wait = units(ask, row)
    done = states.pop("finished")
    return RunView(
        run=row.id,
        service=row.service,
        via=row.via,
        paused=bool(row.paused),
        seconds=max(0.0, row.age),
        known=int(sums.known or 0),
        done=done,
        entities=int(sums.entities or 0),
        failures=int(sums.failures or 0),
        units={state: n for state, n in states.items() if n},
        waiting=wait,
        leases_expired=int(sums.expired or 0),
        fenced_writes=int(sums.fenced or 0),
        crashes=int(sums.crashes or 0),
        poisoned=int(ask("poisoned", run=row.id)[0].n),
    )


def _sinks(ask: Ask) -> list[SinkView]:
    dead = {row.sink: int(row.n) for row in ask("dead_letters")}
    found = [
        SinkView(row.sink, row.state, max(0, row.behind), max(0.0, row.age or 0.0), row.failing, dead.pop(row.sink, 0))
        for row in ask("followers")
    ]
    return [*_snapshots(ask), *found, *(SinkView(sink, "gone", 0, 0.0, 0, n) for sink, n in dead.items())]


def _snapshots(ask: Ask) -> Iterator[SinkView]:
    """Of each service the newest snapshot that was tried and is not written."""
    seen = set()
    for row in ask("unwritten"):
        told = json.loads(row.published)
        if row.service not in seen and told.get("attempts"):
            seen.add(row.service)
            why = died(told) if "begun" in told else "; ".join(told.get("errors", []))
            again = bool(told.get("errors"))
            yield SinkView(
                f"snapshot of {row.service}", "failing" if again else "writing", 0, max(0.0, row.age or 0.0),
                int(told["attempts"]) - ("begun" in told), 0, f"{why} (run {row.id})" if again else "",
            )  # fmt: skip


def _told(queue: Queue) -> _Told:
    sizes, ages, torn, refusal = queue.sizes(), queue.ages(), queue.dead(), ""
    try:
        queue.writable()
    except (Retry, Fatal) as error:
        refusal = str(error)
    return sizes, ages, torn, refusal


def _shards(waiting: Asked[_Told], limit: int, held: set[int]) -> tuple[list[ShardView], int, str]:
    try:
        sizes, ages, torn, refusal = waiting.answer("Redis", "")
    except (Retry, Fatal) as error:
        return [], 0, str(error)
    return [
        ShardView(shard, entries, size, limit, age, shard in held)
        for shard, ((entries, size), age) in enumerate(zip(sizes, ages, strict=True))
    ], torn, refusal  # fmt: skip


def _silent(found: Sequence[Process]) -> Iterator[str]:
    """Processes without a sign of life, and pool processes that send their parent no heartbeat."""
    for each in found:
        name = each.name.rpartition(":")[0]
        if each.silent > SILENT_SECONDS:
            yield f"{each.kind} {name} has told nothing for {each.silent:.0f} s: it is stopped, cut off or gone"
        for pid, seconds in each.info.get("silent", {}).items():
            yield f"pool process {pid} of {each.kind} {name} does not turn, for {seconds:.0f} s before its last word"


def _trouble(view: View) -> list[str]:
    """Lines about everything that needs a person's attention."""
    kinds = {each.kind for each in view.processes}
    runs = [run for run in view.runs if run.via == "cluster"]
    found = [f"the sink queue: {view.queue_error}"] if view.queue_error else []
    if runs and not {"worker", "child"} & kinds:
        found.append("runs are open, but no worker is alive: start headrace worker")
    if view.queue and not any(shard.held for shard in view.queue) and (runs or any(s.entries for s in view.queue)):
        found.append("no flusher is alive: start headrace flusher")
    if (runs or view.schedules) and view.leader is None:
        found.append(
            "no scheduler is alive, so schedules do not fire, and runs for which no command waits do not end: "
            "start headrace scheduler"
        )
    found += [f"shard {s.shard} of the sink queue is nearly full" for s in view.queue if s.bytes > 0.9 * s.limit]
    found += [
        f"{each.service} keeps failing and is left alone for {each.left_alone:.0f} s"
        for each in view.services
        if each.left_alone > 0
    ]
    found += [f"sink {each.sink} is broken: see the publisher's log" for each in view.sinks if each.state == "broken"]
    found += [
        f"{each.sink} is not written after {each.failing} tries: {each.reason}"
        for each in view.sinks
        if each.state == "failing"
    ]
    return found
