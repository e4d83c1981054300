"""A crawl that is disturbed, and what it is compared with."""

from __future__ import annotations

import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from scheduler.app.runs.crawl import crawl
from scheduler.app.runs.summary import Summary
from scheduler.control.openings import roots_of
from scheduler.control.reconciler import Reconciler
from specs.contracts.assignment import Assignment, Opening
from specs.contracts.work import Run
from specs.recipe.recipe import Recipe
from tests.patience import PATIENCE
from workers.catalog import Catalog
from workers.catalog.questions.resolver import CatalogResolver
from workers.embedded.pool import Pool, pooled
from workers.ledger import SqlLedger
from workers.process.governor import MemoryBudget
from workers.process.stop_flag import StopFlag
from workers.store.database import SqlDatabase, open_database

FAKE = "specs.testing.fake:spec"
GIVE_UP = 400.0
"""Seconds after which a disturbed crawl is stopped, so that the test fails instead of hanging."""


def fake(**connection: Any) -> Recipe:
    return Recipe.from_dict({"service": {"name": "estate", "type": FAKE}, "connection": connection})


def url(folder: Path, name: str) -> str:
    return f"sqlite:///{folder / name}.db"


@contextmanager
def database(folder: Path, name: str) -> Iterator[SqlDatabase]:
    db = open_database(url(folder, name))
    try:
        yield db
    finally:
        db.close()


def exported(folder: Path, name: str) -> list[str]:
    with database(folder, name) as db:
        return list(Catalog(db).export())


def undisturbed(recipe: Recipe, folder: Path) -> list[str]:
    """The export of a crawl in one process that nobody disturbs."""
    summary = crawl(recipe, catalog=url(folder, "calm"))
    assert summary.status == "complete", summary
    assert summary.reconciles
    return exported(folder, "calm")


def check(folder: Path, name: str, run: str, calm: list[str]) -> None:
    """The catalog is the one of an undisturbed crawl, and the run's numbers add up."""
    with database(folder, name) as db:
        ledger = SqlLedger(db)
        found = ledger.run(run)
        assert (found.state, found.reason) == ("complete", ""), found
        assert ledger.reconcile(run, Catalog(db).stored(run)) == []
        assert ledger.incomplete(run) == []
        failures = list(ledger.failures(run))
        assert failures == [], failures
        listed = {type_: row["listed"] for type_, row in ledger.counts(run).items()}
        assert sum(listed.values()) == len(calm)
        assert list(Catalog(db).export()) == calm


class Pooled:
    """One crawl with worker processes whose parent is this test."""

    def __init__(self, recipe: Recipe, folder: Path, workers: int) -> None:
        self.recipe, self.folder, self.workers = recipe, folder, workers
        self.stop = StopFlag()
        self.kills = 0

    def run(
        self, disturb: Callable[[Pool, SqlLedger, str], None], memory: MemoryBudget | None = None, **bounds: float
    ) -> Run | None:
        """Crawl while ``disturb`` runs in a thread; ``memory`` is what the processes may have."""
        with database(self.folder, "wild") as db:
            ledger, roots = SqlLedger(db), roots_of(self.recipe)
            service = self.recipe.service
            run = ledger.open_run(
                Opening(service.name, service.type, self.recipe.to_dict(), roots, slots=4), now=time.time()
            )
            assignment = Assignment(run.id, self.recipe)
            watch = threading.Timer(GIVE_UP, self.stop.set, ["the test took too long"])
            watch.daemon = True
            watch.start()

            def spawned(pool: Pool) -> None:
                threading.Thread(target=disturb, args=(pool, ledger, run.id), daemon=True).start()

            try:
                tick = Reconciler(ledger, run.id, ledger.outstanding).tick
                given: dict[str, Any] = {"processes": self.workers, "memory": memory, "spawned": spawned, **bounds}
                return pooled(ledger, assignment, self.stop, tick, resolver=CatalogResolver(db), **given)
            finally:
                watch.cancel()

    def killing(self, times: int, seed: int, pause: float) -> Callable[[Pool, SqlLedger, str], None]:
        """Kill a worker that holds a unit, ``times`` times, each up to ``pause`` seconds after it was seen. A unit that
        stored nothing since two of them died over it is left alone until it does: it would be taken for poison."""
        rng = random.Random(seed)

        def disturb(pool: Pool, ledger: SqlLedger, run: str) -> None:
            while self.kills < times and not self.stop.is_set():
                time.sleep(0.02)
                busy = sorted(self._getting_on(run) & pool.pids.keys())
                if not busy:
                    continue
                time.sleep(rng.uniform(0, pause))
                pid = pool.pids.get(rng.choice(busy))
                if pid is not None:
                    with suppress(ProcessLookupError):
                        kill(pid)
                        self.kills += 1

        return disturb

    def _getting_on(self, run: str) -> set[str]:
        """The workers that hold a unit over which at most one worker died since it stored something."""
        asked = "SELECT worker FROM units WHERE run = ? AND state = 'running' AND crashes < 2"
        with closing(sqlite3.connect(self.folder / "wild.db", timeout=PATIENCE)) as connection:
            return {worker for (worker,) in connection.execute(asked, (run,))}


def kill(pid: int) -> None:
    import os
    import signal

    os.kill(pid, signal.SIGKILL)


__all__ = ["Pooled", "Summary", "check", "exported", "fake", "kill", "undisturbed", "url"]
