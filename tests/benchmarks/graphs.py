"""Questions about lineage in a catalog of 100,000 edges."""

from __future__ import annotations

import random

from tests.benchmarks.commands import HEADRACE, Bench, alternate
from tests.benchmarks.meter import measure, median
from tests.benchmarks.report import Goal, Report
from tests.workers.catalog.crawls import store
from tests.workers.lineage.told import fqn, lineage, row
from workers.store.database import open_database

VIEWS, SOURCES, BATCH = 20_000, 5, 2000


def graph(bench: Bench, runs: int) -> Report:
    """Views over views: each of 20,000 reads five of the 2,000 before it."""
    catalog = bench.catalog()
    fill(catalog)
    first, middle = fqn("t000000"), fqn(f"t{VIEWS // 2:06}")
    start, everything, column, near = map(
        median,
        alternate(
            runs,
            lambda: measure([HEADRACE, "--version"]),
            lambda: measure([HEADRACE, "impact", first, "--json", "--catalog", catalog]),
            lambda: measure([HEADRACE, "impact", f"{middle}.c", "--json", "--catalog", catalog]),
            lambda: measure([HEADRACE, "lineage", middle, "--depth", "2", "--catalog", catalog]),
        ),
    )
    bench.drop(catalog)
    report = Report(f"Lineage of {VIEWS * SOURCES:,} edges")
    report.rows = [
        ("headrace --version", start),
        ("headrace impact, all 20,000 views", everything),
        ("headrace impact of a column", column),
        ("headrace lineage, two steps both ways", near),
    ]
    report.goals = [
        Goal("all that 100,000 edges reach, seconds beyond the start", everything.wall - start.wall, 1.0, " s"),
        Goal("peak memory of that", everything.rss_mb, 200, " MB"),
    ]
    return report


def fill(catalog: str) -> None:
    """Store the lineage of all views."""
    chosen = random.Random(20261130)
    views = [
        lineage(f"t{n:06}", sources, {"c": [f"{each}.c" for each in sources[:2]]})
        for n in range(1, VIEWS + 1)
        for sources in [[f"t{chosen.randrange(max(0, n - 2000), n):06}" for _ in range(SOURCES)]]
    ]
    with open_database(catalog) as db:
        for at in range(0, len(views), BATCH):
            store(db, "r1", [row(each) for each in views[at : at + BATCH]])
