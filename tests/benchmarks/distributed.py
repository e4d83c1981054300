"""What is measured of clusters: what distribution costs, what more processes bring, what the ledger takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from tests.benchmarks import ledger as cycles
from tests.benchmarks import warehouse
from tests.benchmarks.cluster import Up
from tests.benchmarks.commands import Bench, alternate
from tests.benchmarks.meter import Cost, median
from tests.benchmarks.report import Goal, Report, cpu_table, table
from tests.benchmarks.scenarios import listed
from tests.benchmarks.throughput import SETTINGS
from tests.servers import postgres
from workers.store.database import SqlDatabase, open_database

SLOW = {"schemas": 60, "tables": 1000, "latency": 20.0, "page": 100}
"""A service that answers in pages of a hundred names, 20 ms each."""


def overhead(bench: Bench, large: str, runs: int) -> Report:
    """The large warehouse through a cluster with one child, and by the embedded crawl."""
    report = Report("One child of a cluster against the embedded crawl (PostgreSQL)")
    recipe = bench.postgres(large)
    with ups(bench, 1) as (up,):
        first, embedded = map(median, alternate(runs, crawls(bench, up, recipe), partial(alone, bench, recipe)))
    assert listed(first) == warehouse.objects(100, 100), first.said
    report.rows = [
        ("11,000 objects: embedded, into SQLite", embedded),
        ("11,000 objects: a cluster with one child, into PostgreSQL", first),
    ]
    report.notes = cpu_table({"the cluster's crawl": first})
    ratio = first.wall / embedded.wall
    report.goals = [Goal("11,000 objects through a cluster, times the embedded crawl", ratio, 1.5, "x")]
    return report


def children(bench: Bench, large: str, runs: int) -> Report:
    """One and two children, on PostgreSQL and on a fake service that takes 20 ms per page."""
    report = Report("Two children of a cluster against one")
    slow = "fake service, 20 ms a page of 100, 60,000 objects"
    sources = {
        "PostgreSQL, 11,000 objects": (bench.postgres(large), bench.server),
        slow: (bench.referred("specs.testing.fake:spec", SLOW), None),
    }
    tables: dict[str, Cost] = {}
    with ups(bench, 1, 2) as (single, double):
        for name, (recipe, server) in sources.items():
            bench.server = server
            both = (crawls(bench, single, recipe), crawls(bench, double, recipe))
            one, two = map(median, alternate(runs, *both))
            report.rows += [(f"{name}: one child", one), (f"{name}: two children", two)]
            tables |= {f"{name.split(',')[0]}: one": one, f"{name.split(',')[0]}: two": two}
            if server is None:
                goal = Goal(f"{slow}: two children are faster by", one.wall / two.wall, 1.6, "x", at_least=True)
                report.goals.append(goal)
    report.notes = cpu_table(tables)
    return report


@contextmanager
def ups(bench: Bench, *workers: int) -> Iterator[list[Up]]:
    """Clusters with so many children each, up and idle."""
    with ExitStack() as stack:
        made = []
        for each in workers:
            up = Up(bench.folder / f"up{each}", each)
            stack.callback(up.stop)
            made.append(up)
        yield made


_numbers = count()


def crawls(bench: Bench, up: Up, recipe: Path) -> Callable[[], Cost]:
    """A first crawl, as every call brings a new service."""
    return lambda: up.crawl(recipe, f"bench{next(_numbers)}", bench.server)


def alone(bench: Bench, recipe: Path) -> Cost:
    catalog = bench.catalog()
    try:
        return bench.crawl(recipe, catalog)
    finally:
        bench.drop(catalog)


def ledger(folder: Path) -> Report:
    """Cycles from claim to done, and claims out of a thousand and out of a million units, on both databases."""
    report = Report("The ledger")
    server = postgres.PostgresServer(postgres.installed()[0], SETTINGS)
    found: dict[str, dict[str, Any]] = {}
    sizes: dict[str, dict[str, Any]] = {}
    try:
        for dialect, least in (("postgresql", 300), ("sqlite", 500)):
            names = iter(range(10))

            def fresh(dialect: str = dialect, names: Iterator[int] = names) -> SqlDatabase:
                name = f"ledger{next(names)}"
                if dialect == "sqlite":
                    return open_database(f"sqlite:///{folder / name}.db")
                return open_database(postgres.create_database(server.url, name))

            with ExitStack() as stack:
                dbs = [fresh() for _ in range(3)]
                for db in dbs:
                    stack.callback(db.close)
                found[dialect] = cycles.cycles(dbs[0])
                sizes[dialect] = cycles.claims_by_size(dbs[1], dbs[2])
            speed, ratio = found[dialect]["cycles_per_second"], sizes[dialect]["ratio"]
            report.goals += [
                Goal(f"{dialect}: cycles from claim to done", speed, least, "/s", at_least=True),
                Goal(f"{dialect}: a claim out of 1,000,000 units, times one out of 1,000", ratio, 1.3, "x"),
            ]
    finally:
        server.stop()
    report.notes = table(
        ["database", "cycles/s", "client CPU ms", "statements: claim", "flushing", "commit", "claim ms of 1,000",
         "claim ms of 1,000,000"],
        [
            [name, each["cycles_per_second"], each["client_cpu_ms_per_cycle"],
             *each["statements_per_cycle"].values(), sizes[name]["claim_ms_1k"], sizes[name]["claim_ms_1M"]]
            for name, each in found.items()
        ],
    )  # fmt: skip
    for name, each in sizes.items():
        summary = f"<details><summary>The plan of a claim out of 1,000,000 units, {name}</summary>"
        report.notes += ["", summary, "", "```", *each["plan"], "```", "", "</details>"]
    return report
