"""What is measured of one process. Each scenario returns its tables; no figure of another machine judges it."""

from __future__ import annotations

import sys
from collections.abc import Callable

from tests.benchmarks import warehouse
from tests.benchmarks.commands import HEADRACE, Bench, alternate
from tests.benchmarks.meter import Cost, measure, median
from tests.benchmarks.report import Goal, Report


def postgres(bench: Bench, small: str, large: str, runs: int) -> Report:
    """Floor, first crawl and unchanged crawl of 1,100 and 11,000 objects."""
    report = Report("PostgreSQL against the floor")
    rss: dict[str, float] = {}
    for label, url, shape in (("1,100", small, (10, 100)), ("11,000", large, (100, 100))):
        recipe = bench.postgres(url)
        fresh: list[str] = []

        def first(recipe=recipe, fresh=fresh) -> Cost:  # type: ignore[no-untyped-def]
            fresh.append(bench.catalog())
            return bench.crawl(recipe, fresh[-1])

        def again(recipe=recipe, fresh=fresh) -> Cost:  # type: ignore[no-untyped-def]
            try:
                return bench.crawl(recipe, fresh[-1])
            finally:
                bench.drop(fresh.pop())

        costs = alternate(runs, lambda url=url: bench.floor(url), first, again)
        floor, crawl, unchanged = map(median, costs)
        assert listed(crawl) == warehouse.objects(*shape), crawl.said
        rss[label] = crawl.rss_mb
        report.rows += [
            (f"{label} objects: floor", floor),
            (f"{label} objects: first crawl", crawl),
            (f"{label} objects: second crawl, nothing changed", unchanged),
        ]
        if label == "1,100":  # here the start of two interpreters decides, so the promise is in seconds
            report.goals += [
                Goal("first crawl of 1,100 objects, seconds above the floor", crawl.wall - floor.wall, 1.2, " s"),
                Goal("statements for ten schemas", statements(crawl), 60),
            ]
        else:
            report.goals += [
                Goal("first crawl of 11,000 objects, times the floor", crawl.wall / floor.wall, 1.8, "x"),
                Goal(
                    "second, unchanged crawl of 11,000 objects, times the floor", unchanged.wall / floor.wall, 1.6, "x"
                ),
            ]
    report.goals += [
        Goal("peak memory of a crawl of 11,000 objects", rss["11,000"], 120, " MB"),
        Goal("memory at 11,000 objects, times that at 1,100", rss["11,000"] / rss["1,100"], 1.1, "x"),
    ]
    return report


def flat(bench: Bench, runs: int) -> Report:
    """One schema with 100,000 tables on the fake service, against one with 10,000."""
    report = Report("One schema of any size (fake service)")
    costs: list[Cost] = []
    for tables in (10_000, 100_000):
        recipe = bench.recipe("specs.testing.fake:spec", {"schemas": 1, "tables": tables})
        catalog = bench.catalog()
        costs.append(bench.crawl(recipe, catalog))
        bench.drop(catalog)
        report.rows.append((f"one schema, {tables:,} tables", costs[-1]))
    report.goals = [
        Goal("peak memory at 100,000 tables in one schema", costs[1].rss_mb, 120, " MB"),
        Goal("memory at 100,000 tables, times that at 10,000", costs[1].rss_mb / costs[0].rss_mb, 1.15, "x"),
    ]
    return report


def two_workers(bench: Bench, large: str, runs: int) -> Report:
    """One and two processes, on PostgreSQL and on a fake service that takes 20 ms per page."""
    report = Report("Two workers")
    slow = {"schemas": 60, "tables": 1000, "latency": 20.0}
    sources = {
        "PostgreSQL, 11,000 objects": bench.postgres(large),
        "fake service, 20 ms a page, 60,000 objects": bench.recipe("specs.testing.fake:spec", slow),
    }
    for name, recipe in sources.items():

        def run(workers: int, recipe=recipe) -> Callable[[], Cost]:  # type: ignore[no-untyped-def]
            def crawl() -> Cost:
                catalog = bench.catalog()
                try:
                    return bench.crawl(recipe, catalog, workers)
                finally:
                    bench.drop(catalog)

            return crawl

        one, two = map(median, alternate(runs, run(1), run(2)))
        report.rows += [(f"{name}: one worker", one), (f"{name}: two workers", two)]
        limit = 1.7 if name.startswith("fake") else 1.0
        report.goals.append(Goal(f"{name}: two workers are faster by", one.wall / two.wall, limit, "x", at_least=True))
    return report


def startup(runs: int) -> Report:
    """Process starts: the help of the command, and importing the language."""
    report = Report("Start-up")
    python = sys.executable
    help_, specs, pydantic = map(
        median,
        alternate(
            runs,
            lambda: measure([HEADRACE, "--help"]),
            lambda: measure(
                [
                    python,
                    "-c",
                    "import specs.entities.database.tables, specs.sources.database.metadata, specs.contracts.work",
                ]
            ),
            lambda: measure([python, "-c", "import pydantic; pydantic.BaseModel"]),
        ),
    )
    report.rows = [("headrace --help", help_), ("import specs", specs), ("import pydantic alone", pydantic)]
    report.goals = [
        Goal("headrace --help", help_.wall, 0.3, " s"),
        Goal("import specs beyond pydantic's own import", specs.wall - pydantic.wall, 0.2, " s"),
    ]
    return report


def listed(cost: Cost) -> int:
    entities = cost.said.get("entities")
    assert isinstance(entities, dict)
    return int(entities["Table"]["listed"])


def statements(cost: Cost) -> float:
    found = cost.said.get("statements")
    assert isinstance(found, int)
    return found
