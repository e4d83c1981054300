"""Runs on one machine: crawl, resume, retry."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from scheduler.app.runs.execution import Job, drive
from scheduler.app.runs.results import summarise
from scheduler.app.runs.run_sinks import due, sink
from scheduler.app.runs.run_state import at_work
from scheduler.app.runs.summary import Progress, Summary
from scheduler.control.reconciler import inherit
from specs.contracts.work import Run
from specs.errors import UsageError
from specs.recipe.recipe import Recipe
from specs.topology.events import Start
from specs.topology.scope import Scope
from workers.ledger import SqlLedger
from workers.process.governor.memory import tune
from workers.store.database import SqlDatabase, open_database
from workers.unit.source.sources import build, topology

OnProgress = Callable[[Progress], None]
NO_SECRETS: Mapping[str, str] = {}


def crawl(
    recipe: Recipe, *, catalog: str, workers: int = 1, secrets: Mapping[str, str] = NO_SECRETS,
    accept_identity: bool = False, on_progress: OnProgress | None = None,
) -> Summary:  # fmt: skip
    """Crawl a service into a catalog and say exactly what was done.

    ``secrets`` answer the recipe's prompts; ``accept_identity`` takes another server under the same name for good;
    ``on_progress`` is called about twice a second. Ctrl-C gives the work back and returns ``interrupted``.

    Raises ``UsageError`` for a mistake in the recipe, before anything is written, and ``Fatal`` when the catalog cannot
    be used; a source that refuses us is a summary with status ``failed`` and exit code 2.
    """
    root = root_of(recipe, secrets)
    with opened(catalog, create=True) as (db, ledger):
        run = _open(ledger, recipe, [root])
        return drive(Job(db, ledger, catalog, run, recipe, secrets, workers, accept_identity), on_progress)


def resume(
    run_id: str, *, catalog: str, workers: int = 1, secrets: Mapping[str, str] = NO_SECRETS,
    accept_identity: bool = False, on_progress: OnProgress | None = None,
) -> Summary:  # fmt: skip
    """Go on with an interrupted or killed run from what is stored; of a closed one, feed the sinks that were not fed.

    Raises ``UsageError`` when the run is closed, or when a process of this machine still works on it.
    """
    with opened(catalog, create=False) as (db, ledger):
        run, recipe, closed = resumable(db, ledger, run_id)
        if closed:
            begun = time.monotonic()
            published = sink(db, run, recipe, secrets)
            return summarise(db, ledger, run, seconds=time.monotonic() - begun, published=published)
        root_of(recipe, secrets)
        alive = inherit(ledger, run.id)
        if alive:
            raise UsageError(
                f"run {run.id} is at work", ", ".join(sorted(alive)), "stop that process, or wait for its end"
            )
        return drive(Job(db, ledger, catalog, run, recipe, secrets, workers, accept_identity), on_progress)


def resumable(db: SqlDatabase, ledger: SqlLedger, run_id: str) -> tuple[Run, Recipe, bool]:
    """A run that may go on, its recipe, and whether only its sinks are left. Raises ``UsageError`` when it may not."""
    run = ledger.run(run_id)
    recipe = Recipe.from_dict(run.recipe, where=f"run {run.id}")
    if due(db, run, recipe):
        return run, recipe, True
    if not run.open:
        raise UsageError(f"run {run.id} is {run.state}: there is nothing to resume", remedy=_instead(run))
    if run.via == "cluster":
        raise UsageError(f"the workers of a cluster are at work on run {run.id}", remedy=f"headrace pause {run.id}")
    if at_work(ledger, run.id, run.owner):
        raise UsageError(f"run {run.id} is at work", run.owner or "", "stop that process, or wait for its end")
    return run, recipe, False


def retry(
    run_id: str, *, catalog: str, workers: int = 1, secrets: Mapping[str, str] = NO_SECRETS,
    on_progress: OnProgress | None = None,
) -> Summary:  # fmt: skip
    """Crawl what failed in a closed run once more, as a new run with that parent; it deletes nothing.

    Raises ``UsageError`` when the run is still open or nothing failed in it.
    """
    with opened(catalog, create=False) as (db, ledger):
        recipe, starts = failed(ledger, run_id, lambda recipe: root_of(recipe, secrets))
        run = _open(ledger, recipe, starts, parent=run_id)
        return drive(Job(db, ledger, catalog, run, recipe, secrets, workers, False), on_progress)


def failed(ledger: SqlLedger, run: str, root: Callable[[Recipe], Start]) -> tuple[Recipe, list[Start]]:
    """The recipe of a closed run, and where a retry of it starts.

    Raises ``UsageError`` when there is nothing to retry.
    """
    recipe, starts = retryable(ledger, run)
    whole = root(recipe)
    return recipe, starts or [whole]


def retryable(ledger: SqlLedger, run: str) -> tuple[Recipe, list[Start]]:
    """The same without a start where all of the run failed; no secret is needed for it."""
    parent = ledger.run(run)
    recipe = Recipe.from_dict(parent.recipe, where=f"run {parent.id}")
    if parent.open:
        raise UsageError(f"run {parent.id} is not finished", remedy=f"headrace resume {parent.id}")
    starts = ledger.retry_starts(parent.id)
    if not starts and parent.state != "failed":
        raise UsageError(f"nothing failed in run {parent.id}", remedy="headrace crawl ... starts a new run")
    return recipe, starts


def root_of(recipe: Recipe, secrets: Mapping[str, str]) -> Start:
    """The root unit of a recipe. Raises ``UsageError`` for a mistake in its connection or sinks."""
    build(recipe, secrets).close()
    if recipe.sinks:
        from workers.sinks import configured

        configured(recipe.sinks, secrets)
    service = recipe.service.name
    return Start(topology(recipe).root.name, Scope.of(service), [service, service, {}, None])


@contextmanager
def opened(catalog: str, *, create: bool) -> Iterator[tuple[SqlDatabase, SqlLedger]]:
    """The catalog's database and its ledger, for a process that crawls."""
    tune()
    db = open_database(catalog, create=create)
    try:
        yield db, SqlLedger(db)
    finally:
        db.close()


def _open(ledger: SqlLedger, recipe: Recipe, roots: Sequence[Start], parent: str | None = None) -> Run:
    service = recipe.service
    return ledger.open_run(
        service.name, service.type, recipe.to_dict(), roots, slots=recipe.limits.connections, now=time.time(),
        parent=parent, deletes=recipe.deletion.enabled and parent is None,
    )  # fmt: skip


def _instead(run: Run) -> str:
    if run.state in ("partial", "failed"):
        return f"headrace retry {run.id} --failed"
    return "headrace crawl ... starts a new run"
