"""Drives one open run to its end, and sums up what it did."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from scheduler.app.runs.results import Meter, summarise
from scheduler.app.runs.run_sinks import DONE, sink
from scheduler.app.runs.summary import Progress, Summary
from scheduler.control.reconciler import Reconciler
from specs.contracts.work import Run
from specs.errors import Fatal
from specs.recipe.recipe import Recipe
from workers.embedded.solo import solo
from workers.ledger import SqlLedger
from workers.process import liveness
from workers.process.interruption import Alarm, interruptible
from workers.process.stop_flag import StopFlag
from workers.store.database import SqlDatabase


@dataclass(frozen=True, slots=True)
class Job:
    """One open run and everything that is needed to work on it."""

    db: SqlDatabase
    ledger: SqlLedger
    catalog: str
    run: Run
    recipe: Recipe
    secrets: Mapping[str, str]
    workers: int = 1
    accept_identity: bool = False


def drive(job: Job, on_progress: Callable[[Progress], None] | None = None) -> Summary:
    """Work until the run is closed or interrupted, then feed its sinks.

    Raises ``Fatal`` when the catalog cannot be written; the run stays open then and can be resumed.
    """
    stop, begun = StopFlag(), time.monotonic()
    job.ledger.own(job.run.id, liveness.name())
    meter = Meter(job.ledger, job.run.id, on_progress)
    tick = Reconciler(job.ledger, job.run.id, job.ledger.outstanding).tick
    refused: Fatal | None = None
    try:
        with interruptible(stop) as alarm:
            run = _work(job, stop, tick, meter, alarm)
    except Fatal as error:
        if _of_catalog(job, error):
            raise
        refused = error
        run = job.ledger.end(job.run.id, state="failed", reason=str(error), now=time.time())
    meter.report(0)
    published = sink(job.db, run, job.recipe, job.secrets) if run is not None and run.state in DONE else None
    return summarise(
        job.db, job.ledger, run or job.ledger.run(job.run.id), seconds=time.monotonic() - begun,
        code=refused.exit_code if refused else None, published=published,
    )  # fmt: skip


def _work(
    job: Job, stop: StopFlag, tick: Callable[..., tuple[Run | None, int]], meter: Meter, alarm: Alarm | None
) -> Run | None:
    if job.workers <= 1:
        return solo(
            job.ledger, job.run.id, job.recipe, job.secrets, stop, tick,
            accept_identity=job.accept_identity, report=meter.report, stuck=alarm,
        )  # fmt: skip
    from workers.embedded.child import Order
    from workers.embedded.pool import pooled

    owner = liveness.name()
    order = Order(
        owner, owner, job.run.id, job.recipe, job.secrets, job.workers, job.accept_identity
    )  # fmt: skip
    return pooled(job.ledger, order, stop, tick, report=meter.report)


def _of_catalog(job: Job, error: Fatal) -> bool:
    return error.reason == "catalog" or (bool(error.where) and error.where == job.db.where)
