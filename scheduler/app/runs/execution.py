"""Works on one open run until it is closed, and summarises it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from scheduler.app.runs.results import Meter, summarise
from scheduler.app.runs.run_sinks import DONE, sink
from scheduler.app.runs.summary import Progress, Summary
from scheduler.control.reconciler import Reconciler
from specs.contracts.assignment import Assignment
from specs.errors import Fatal
from specs.service_spec import METADATA
from workers.embedded.solo import solo
from workers.ledger import SqlLedger
from workers.process import liveness
from workers.process.interruption import interruptible
from workers.process.stop_flag import StopFlag

if TYPE_CHECKING:
    from specs.contracts.parts.resolver import Resolver


def drive(
    ledger: SqlLedger, given: Assignment, *, workers: int = 1, on_progress: Callable[[Progress], None] | None = None
) -> Summary:
    """Work until the run is closed or interrupted, then feed its sinks.

    Raises ``Fatal`` when the catalog cannot be written; the run stays open then and can be resumed.
    """
    stop, begun = StopFlag(), time.monotonic()
    ledger.own(given.run, liveness.name())
    meter = Meter(ledger, given.run, on_progress)
    tick = Reconciler(ledger, given.run, ledger.outstanding).tick
    refused: Fatal | None = None
    resolver = _resolver(ledger, given)
    try:
        with interruptible(stop) as alarm:
            if workers <= 1:
                run = solo(ledger, given, stop, tick, report=meter.report, stuck=alarm, resolver=resolver)
            else:
                from workers.embedded.pool import pooled

                run = pooled(ledger, given, stop, tick, processes=workers, report=meter.report, resolver=resolver)
    except Fatal as error:
        if _of_catalog(ledger, error):
            raise
        refused = error
        run = ledger.end(given.run, state="failed", reason=str(error), now=time.time())
    meter.report(0)
    published = None
    if run is not None and run.state in DONE:
        published = sink(ledger.db, run, given.recipe, given.secrets)
    return summarise(
        ledger.db, ledger, run or ledger.run(given.run), seconds=time.monotonic() - begun,
        code=refused.exit_code if refused else None, published=published,
    )  # fmt: skip


def _resolver(ledger: SqlLedger, given: Assignment) -> Resolver | None:
    """What answers the questions of parts that build on stored metadata, where there is one."""
    if given.recipe.parts == (METADATA,):
        return None
    from workers.catalog.questions.resolver import CatalogResolver

    return CatalogResolver(ledger.db)


def _of_catalog(ledger: SqlLedger, error: Fatal) -> bool:
    return error.reason == "catalog" or (bool(error.where) and error.where == ledger.db.where)
