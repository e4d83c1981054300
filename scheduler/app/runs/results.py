"""Reads progress and results of a run out of ledger and catalog."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from pydantic import ValidationError

from scheduler.app.idle_filters import IdleFilters
from scheduler.app.runs.run_state import state_of
from scheduler.app.runs.summary import IncompleteScope, Progress, SlowScope, Status, Summary, TypeTally
from specs.contracts.work import Run
from specs.recipe.extract import extract_of, parts_of
from specs.service_spec import METADATA
from workers.catalog import Catalog
from workers.ledger import SqlLedger
from workers.process.governor.memory import MB, peak_rss, rss
from workers.queues.memory import BYTES
from workers.store.database import SqlDatabase

if TYPE_CHECKING:
    from workers.feed.snapshots import Published

SLOWEST = 5


class Meter:
    """Calls ``on_progress`` with the progress of a run; ``report`` gets the bytes of uncommitted batches.

    ``measure`` returns the resident bytes of the processes that work on it, ``bound`` are the most bytes that may be
    uncommitted, ``note`` returns why the run cannot go on now.
    """

    def __init__(
        self, ledger: SqlLedger, run: str, on_progress: Callable[[Progress], None] | None, *,
        measure: Callable[[], int] = rss, bound: int = BYTES, note: Callable[[], str] = str,
    ) -> None:  # fmt: skip
        self._ledger, self._run, self._tell = ledger, run, on_progress
        self._measure, self._bound, self._note = measure, bound, note
        self._begun = self._at = time.monotonic()
        self._entities = -1
        self._speed = 0.0

    def report(self, queued: int) -> None:
        if self._tell is None:
            return
        found, now = self._ledger.progress(self._run), time.monotonic()
        if self._entities >= 0 and now > self._at:
            speed = (found.entities - self._entities) / (now - self._at)
            self._speed = speed if not self._speed else 0.7 * self._speed + 0.3 * speed
        self._entities, self._at = found.entities, now
        self._tell(Progress(
            run=self._run, known=found.known, done=found.done, entities=found.entities,
            entities_per_second=self._speed, failures=found.failures, scopes=tuple(found.scopes),
            queued_bytes=queued, backpressure=queued > self._bound // 2, rss=self._measure(), seconds=now - self._begun,
            note=self._note() or found.trouble,
        ))  # fmt: skip


def summarise(
    db: SqlDatabase, ledger: SqlLedger, run: Run, *, seconds: float, code: int | None = None,
    published: Published | None = None,
) -> Summary:  # fmt: skip
    """The summary of a run; of an open run, the results so far."""
    catalog = Catalog(db)
    stored = catalog.stored(run.id)
    listed = ledger.counts(run.id)
    peak = max(ledger.peak_rss(run.id), peak_rss())
    dropped = ledger.filtered(run.id)
    return Summary(
        run=run.id,
        service=run.service,
        via=run.via,
        status=status(ledger, run),
        entities={
            type_: TypeTally(**listed.get(type_, {}), stored=stored.get(type_, 0))
            for type_ in sorted({*listed, *stored})
        },
        deleted=catalog.deleted(run.id),
        missing=catalog.missing(run.id),
        waiting=catalog.waiting(run.id),
        doubtful=catalog.doubtful(run.id),
        incomplete_scopes=[IncompleteScope(**part._asdict()) for part in ledger.incomplete(run.id)],
        statements=ledger.statements(run.id),
        seconds=round(seconds, 3),
        peak_rss_mb=round(peak / MB, 1),
        reason=run.reason,
        doubt=run.doubt,
        filtered={f"{type_} by {rule}": n for (type_, rule), n in dropped.items()},
        idle_filters=_idle(catalog, run, {rule for _, rule in dropped}),
        slowest=[
            SlowScope(part=unit.part, scope=unit.scope, seconds=round(unit.seconds, 3), objects=unit.objects)
            for unit in ledger.slowest(run.id, SLOWEST)
        ],
        sinks=published.lines if published else {},
        sink_errors=published.errors if published else [],
        code=code,
    )


def _idle(catalog: Catalog, run: Run, dropped: set[str]) -> list[str]:
    """Filter patterns without effect; empty for an incomplete run, which has not seen all names."""
    if run.state != "complete" or run.parent is not None or METADATA not in parts_of(run.recipe):
        return []
    try:
        idle = IdleFilters(extract_of(run.service_type).model_validate(run.recipe.get("extract") or {}).metadata)
    except ValidationError:  # the recipe was written for another version's filters
        return []
    for type_ in idle.types:
        for name in catalog.names(run.service, type_):
            idle.kept(type_, name)
            if not idle.waits(type_):
                break
    return idle.rules(dropped)


def status(ledger: SqlLedger, run: Run) -> Status:
    if run.open:
        state = state_of(ledger, run)
        return "paused" if state == "paused" else "interrupted" if state == "interrupted" else "running"
    return run.state if run.state in ("complete", "partial", "cancelled") else "failed"
