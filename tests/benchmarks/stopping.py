"""How fast Ctrl-C ends a crawl: from the signal to the end of the process, everything given back."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from tests.benchmarks.commands import HEADRACE, Bench, alternate
from tests.benchmarks.meter import Broken, Cost, median, times
from tests.benchmarks.report import Goal, Report

STORED = 500
"""Entities that are in the catalog before the crawl is stopped: it is in full swing then."""
PATIENCE = 120.0
INTERRUPTED = 130
STORED_SO_FAR = "SELECT coalesce(sum(entities), 0) FROM tallies"


def stopping(bench: Bench, large: str, runs: int) -> Report:
    """A crawl of PostgreSQL, and one of a service that takes 200 ms per page, with one and with two processes."""
    report = Report("Ctrl-C in the middle of a crawl")
    slow = {"schemas": 60, "tables": 1000, "latency": 200.0}
    sources = {
        "PostgreSQL, 11,000 objects": bench.postgres(large),
        "fake service, 200 ms a page": bench.recipe("specs.testing.fake:spec", slow),
    }
    cases = {
        f"{name}: {label}": interruption(bench, recipe, workers)
        for name, recipe in sources.items()
        for workers, label in ((1, "one worker"), (2, "two workers"))
    }
    for name, costs in zip(cases, alternate(runs, *cases.values()), strict=True):
        report.rows.append((name, median(costs)))
        longest = max(cost.wall for cost in costs)
        report.goals.append(Goal(f"{name}: Ctrl-C ends it, the slowest time", longest, 2.0, " s"))
    report.notes = ["Seconds and CPU from the signal to the end of the process; CPU is that of the command alone."]
    return report


def interruption(bench: Bench, recipe: Path, workers: int) -> Callable[[], Cost]:
    def run() -> Cost:
        catalog = bench.catalog()
        try:
            return interrupted(recipe, catalog, workers)
        finally:
            bench.drop(catalog)

    return run


def interrupted(recipe: Path, catalog: str, workers: int) -> Cost:
    """Crawl, send SIGINT once something is stored, and wait for the end.

    Raises ``Broken`` when the crawl ended before, or with another code than that of an interrupted one.
    """
    command = [HEADRACE, "crawl", recipe, "--workers", workers, "--catalog", catalog, "--quiet"]
    with subprocess.Popen(
        list(map(str, command)), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            end = time.monotonic() + PATIENCE
            while stored(catalog) < STORED and process.poll() is None and time.monotonic() < end:
                time.sleep(0.02)
            cpu, begun = sum(times(process.pid)[:2]), time.perf_counter()
            process.send_signal(signal.SIGINT)
            code, spent = ended(process)
            wall = time.perf_counter() - begun
        finally:
            process.kill()
        if code != INTERRUPTED:
            assert process.stderr is not None
            raise Broken(f"{' '.join(map(str, command))} ended with {code}\n{process.stderr.read()[-3000:]}")
    return Cost(wall, spent - cpu, 0.0, 0.0, {})


def ended(process: subprocess.Popen[str]) -> tuple[int, float]:
    """The exit code, and CPU seconds as last seen before the end."""
    end, spent = time.monotonic() + PATIENCE, 0.0
    while process.poll() is None and time.monotonic() < end:
        spent = max(spent, sum(times(process.pid)[:2]))
        time.sleep(0.005)
    return process.wait(0), spent


def stored(catalog: str) -> int:
    """Entities in the catalog; none as long as there is no such file."""
    path = Path(catalog.removeprefix("sqlite:///"))
    if not path.exists():
        return 0
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)) as connection:
        try:
            return int(connection.execute(STORED_SO_FAR).fetchone()[0])
        except sqlite3.OperationalError:  # it is being made
            return 0
