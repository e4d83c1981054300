"""Runs on one machine: crawl, resume, retry."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from scheduler.app.runs.execution import drive
from scheduler.app.runs.results import summarise
from scheduler.app.runs.run_sinks import due, sink
from scheduler.app.runs.run_state import at_work
from scheduler.app.runs.summary import Progress, Summary
from scheduler.control.openings import opening
from scheduler.control.reconciler import inherit
from specs.contracts.assignment import NO_SECRETS, Assignment, Opening
from specs.contracts.work import Run
from specs.errors import UsageError
from specs.recipe.recipe import Recipe
from workers.ledger import SqlLedger
from workers.process.governor.memory import tune
from workers.store.database import open_database
from workers.unit.source.sources import build

OnProgress = Callable[[Progress], None]


def crawl(
    recipe: Recipe, *, catalog: str, workers: int = 1, secrets: Mapping[str, str] = NO_SECRETS,
    accept_identity: bool = False, on_progress: OnProgress | None = None,
) -> Summary:  # fmt: skip
    """Crawl a service into a catalog and say exactly what was done.

    ``secrets`` answer the recipe's prompts; ``accept_identity`` accepts another server under the same name from now on;
    ``on_progress`` is called about twice a second. On Ctrl-C all units are released and the status is ``interrupted``.

    Raises ``UsageError`` for a mistake in the recipe, before anything is written, and ``Fatal`` when the catalog cannot
    be used; a source that refuses us is a summary with status ``failed`` and exit code 2.
    """
    check(recipe, secrets)
    with opened(catalog, create=True) as ledger:
        run = ledger.open_run(opening(recipe), now=time.time())
        given = Assignment.of(run, secrets, accept_identity=accept_identity)
        return drive(ledger, given, workers=workers, on_progress=on_progress)


def resume(
    run_id: str, *, catalog: str, workers: int = 1, secrets: Mapping[str, str] = NO_SECRETS,
    accept_identity: bool = False, on_progress: OnProgress | None = None,
) -> Summary:  # fmt: skip
    """Go on with an interrupted or killed run from what is stored; of a closed one, feed the sinks that were not fed.

    Raises ``UsageError`` when the run is closed, or when a process of this machine still works on it.
    """
    with opened(catalog, create=False) as ledger:
        run = resumable(ledger, run_id)
        given = Assignment.of(run, secrets, accept_identity=accept_identity)
        if not run.open:
            begun = time.monotonic()
            published = sink(ledger.db, run, given.recipe, secrets)
            return summarise(ledger.db, ledger, run, seconds=time.monotonic() - begun, published=published)
        check(given.recipe, secrets)
        alive = inherit(ledger, run.id)
        if alive:
            raise UsageError(
                f"run {run.id} is at work", ", ".join(sorted(alive)), "stop that process, or wait for its end"
            )
        return drive(ledger, given, workers=workers, on_progress=on_progress)


def resumable(ledger: SqlLedger, run_id: str) -> Run:
    """A run that may be resumed: an open one, or a closed one whose sinks were not fed. Raises ``UsageError`` for any
    other run."""
    run = ledger.run(run_id)
    if due(ledger.db, run, Assignment.of(run).recipe):
        return run
    if not run.open:
        raise UsageError(f"run {run.id} is {run.state}: there is nothing to resume", remedy=_instead(run))
    if run.via == "cluster":
        raise UsageError(f"the workers of a cluster are at work on run {run.id}", remedy=f"headrace pause {run.id}")
    if at_work(ledger, run.id, run.owner):
        raise UsageError(f"run {run.id} is at work", run.owner or "", "stop that process, or wait for its end")
    return run


def retry(
    run_id: str, *, catalog: str, workers: int = 1, secrets: Mapping[str, str] = NO_SECRETS,
    on_progress: OnProgress | None = None,
) -> Summary:  # fmt: skip
    """Crawl what failed in a closed run once more, as a new run with that parent; it deletes nothing.

    Raises ``UsageError`` when the run is still open or nothing failed in it.
    """
    with opened(catalog, create=False) as ledger:
        again = retryable(ledger, run_id)
        check(Recipe.from_dict(again.recipe), secrets)
        given = Assignment.of(ledger.open_run(again, now=time.time()), secrets)
        return drive(ledger, given, workers=workers, on_progress=on_progress)


def retryable(ledger: SqlLedger, run_id: str) -> Opening:
    """The retry of a closed run; it begins at the root when all of it failed. No secret is needed to open it.

    Raises ``UsageError`` when there is nothing to retry.
    """
    parent = ledger.run(run_id)
    recipe = Assignment.of(parent).recipe
    if parent.open:
        raise UsageError(f"run {parent.id} is not finished", remedy=f"headrace resume {parent.id}")
    starts = ledger.retry_starts(parent.id)
    if not starts and parent.state != "failed":
        raise UsageError(f"nothing failed in run {parent.id}", remedy="headrace crawl ... starts a new run")
    return opening(recipe, starts=starts, parent=parent.id)


def check(recipe: Recipe, secrets: Mapping[str, str]) -> None:
    """Check the connection and the sinks of a recipe without connecting. Raises ``UsageError`` for a mistake in
    them."""
    for part in recipe.parts:
        build(recipe, secrets, part=part).close()
    if recipe.sinks:
        from workers.sinks import configured

        configured(recipe.sinks, secrets)


@contextmanager
def opened(catalog: str, *, create: bool) -> Iterator[SqlLedger]:
    """The ledger of a catalog, for a process that crawls."""
    tune()
    with open_database(catalog, create=create) as db:
        yield SqlLedger(db)


def _instead(run: Run) -> str:
    if run.state in ("partial", "failed"):
        return f"headrace retry {run.id} --failed"
    return "headrace crawl ... starts a new run"
