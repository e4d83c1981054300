"""Questions about lineage in a catalog of 100,000 edges."""

from __future__ import annotations

import random

from tests.benchmarks.commands import HEADRACE, Bench, alternate
from tests.benchmarks.meter import Cost, measure, median
from tests.benchmarks.report import Goal, Report
from tests.workers.catalog.crawls import store
from tests.workers.lineage.told import fqn, lineage, row
from workers.store.database import open_database

VIEWS, SOURCES, BATCH = 20_000, 5, 2000


def graph(bench: Bench, postgres: str, runs: int) -> Report:
    """Views over views: each of 20,000 reads five of the 2,000 before it. In an embedded catalog and in PostgreSQL."""
    report = Report(f"Lineage of {VIEWS * SOURCES:,} edges")
    embedded = bench.catalog()
    for place, catalog in (("SQLite", embedded), ("PostgreSQL", postgres)):
        fill(catalog)
        start, everything, column, near = _asked(catalog, runs)
        report.rows += [
            (f"{place}: headrace search, a name that nothing has", start),
            (f"{place}: headrace impact, all 20,000 views", everything),
            (f"{place}: headrace impact of a column", column),
            (f"{place}: headrace lineage, two steps both ways", near),
        ]
        report.goals += [
            Goal(f"{place}: all that 100,000 edges reach, seconds of CPU beyond an empty answer",
                 everything.cpu - start.cpu, 1.0, " s"),
            Goal(f"{place}: peak memory of that", everything.rss_mb, 200, " MB"),
        ]  # fmt: skip
    bench.drop(embedded)
    return report


def _asked(catalog: str, runs: int) -> list[Cost]:
    first, middle = fqn("t000000"), fqn(f"t{VIEWS // 2:06}")
    costs = alternate(
        runs,
        lambda: measure([HEADRACE, "search", "nothing_is_called_so", "--json", "--catalog", catalog]),
        lambda: measure([HEADRACE, "impact", first, "--json", "--catalog", catalog]),
        lambda: measure([HEADRACE, "impact", f"{middle}.c", "--json", "--catalog", catalog]),
        lambda: measure([HEADRACE, "lineage", middle, "--depth", "2", "--catalog", catalog]),
    )
    return [median(each) for each in costs]


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
