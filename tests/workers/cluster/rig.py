"""A cluster of real processes for tests: Redis, workers, flushers, and a run that is watched from here."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from scheduler.app.runs.cluster import enqueue
from scheduler.app.runs.crawl import crawl
from scheduler.app.runs.summary import Summary
from specs.recipe.recipe import Recipe
from tests.patience import PATIENCE
from workers.catalog import Catalog
from workers.cluster.settings import Settings, load
from workers.ledger import SqlLedger
from workers.store.database import open_database

ROOT = Path(__file__).parents[3]
FAKE = "specs.testing.fake:spec"


def fake(**connection: Any) -> Recipe:
    return Recipe.from_dict({"service": {"name": "estate", "type": FAKE}, "connection": connection})


def exported(url: str) -> list[str]:
    db = open_database(url, create=False)
    try:
        return list(Catalog(db).export())
    finally:
        db.close()


def undisturbed(recipe: Recipe, folder: Path) -> list[str]:
    """The export of an embedded crawl that nobody disturbs."""
    url = f"sqlite:///{folder / 'calm.db'}"
    summary = crawl(recipe, catalog=url)
    assert summary.status == "complete", summary
    return exported(url)


class Cluster:
    """Processes of one cluster; all are killed by ``close``. ``logs`` maps names to what they wrote."""

    def __init__(self, redis: str, catalog: str, folder: Path, **settings: str) -> None:
        self.redis, self.catalog, self.folder = redis, catalog, folder
        self.environ = {
            **os.environ, "PYTHONPATH": str(ROOT), "HEADRACE_REDIS": redis, "HEADRACE_CATALOG": catalog, **settings
        }  # fmt: skip
        self.settings: Settings = load(self.environ)
        self.processes: list[subprocess.Popen[bytes]] = []
        self.logs: list[Path] = []
        open_database(catalog).close()

    def start(self, *arguments: str, **environ: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", "from scheduler.cli.cli import main; main()", *arguments]
        return self.spawn(arguments[0], command, **environ)

    def spawn(self, name: str, command: list[str], **environ: str) -> subprocess.Popen[bytes]:
        log = self.folder / f"{name}-{len(self.logs)}.log"
        self.logs.append(log)
        with log.open("wb") as stream:
            process = subprocess.Popen(
                command,
                cwd=self.folder, env={**self.environ, **environ}, stdin=subprocess.DEVNULL, stdout=stream,
                stderr=stream, start_new_session=True,
            )  # fmt: skip
        self.processes.append(process)
        return process

    def worker(self, concurrency: int = 1, **environ: str) -> subprocess.Popen[bytes]:
        process = self.start("worker", "--concurrency", str(concurrency), **environ)
        self.until(lambda: "ready." in self.log(process) or process.poll() is not None)
        assert process.poll() is None, self.log(process)
        return process

    def flusher(self) -> subprocess.Popen[bytes]:
        return self.start("flusher")

    def scheduler(self, *arguments: str) -> subprocess.Popen[bytes]:
        """A scheduler that leads or stands by."""
        process = self.start("scheduler", *arguments)
        self.until(lambda: "leads" in self.log(process) or process.poll() is not None)
        assert process.poll() is None, self.log(process)
        return process

    def log(self, process: subprocess.Popen[bytes]) -> str:
        return self.logs[self.processes.index(process)].read_text(errors="replace")

    def until(self, true: Callable[[], object], patience: float = PATIENCE) -> None:
        end = time.monotonic() + patience
        while not true():
            if time.monotonic() > end:
                raise AssertionError("waited in vain:\n" + "\n".join(log.read_text()[-2000:] for log in self.logs))
            time.sleep(0.02)

    def crawl(self, recipe: Recipe, disturb: Callable[[SqlLedger], None] | None = None) -> Summary:
        """Enqueue and wait in a thread, so that ``disturb`` may start servers, which live as long as their thread."""
        done: list[Summary | BaseException | None] = []

        def wait() -> None:
            try:
                done.append(enqueue(self.settings, recipe, wait=True)[1])
            except BaseException as error:  # told below, where the test stands, or not at all when it failed already
                done.append(error)

        thread = threading.Thread(target=wait, daemon=True)
        thread.start()
        if disturb:
            with self.ledger() as ledger:
                disturb(ledger)
        self.until(lambda: not thread.is_alive(), 2 * PATIENCE)
        summary = done[0]
        if isinstance(summary, BaseException):
            raise summary
        assert summary is not None
        return summary

    @contextmanager
    def ledger(self) -> Iterator[SqlLedger]:
        db = open_database(self.catalog)
        try:
            yield SqlLedger(db)
        finally:
            db.close()

    def export(self) -> list[str]:
        return exported(self.catalog)

    def close(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextmanager
def cluster(redis: str, catalog: str, folder: Path, **settings: str) -> Iterator[Cluster]:
    made = Cluster(redis, catalog, folder, **settings)
    try:
        yield made
    finally:
        made.close()


def frozen_between_writes(flusher: subprocess.Popen[bytes], catalog: str) -> bool:
    """Freeze the flusher; ``False``, and it goes on: within a transaction it would keep everybody from writing."""
    flusher.send_signal(signal.SIGSTOP)
    with closing(sqlite3.connect(catalog.removeprefix("sqlite:///"), timeout=2.0, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
        except sqlite3.OperationalError:
            flusher.send_signal(signal.SIGCONT)
            return False
    return True


def check(made: Cluster, summary: Summary, calm: list[str]) -> None:
    """The catalog is that of an undisturbed crawl, and the numbers add up."""
    assert (summary.status, summary.reason) == ("complete", ""), summary
    assert summary.reconciles
    with made.ledger() as ledger:
        assert ledger.incomplete(summary.run) == []
        assert list(ledger.failures(summary.run)) == []
    assert made.export() == calm
