"""A simulated estate of any size through a cluster: is memory flat, is the queue bounded, is time linear?"""

from __future__ import annotations

import statistics
import threading
import time
from dataclasses import dataclass, field
from itertools import pairwise

from tests.benchmarks.cluster import Up
from tests.benchmarks.commands import Bench
from tests.benchmarks.report import Goal, Report, table
from workers.cluster.membership import sink
from workers.cluster.settings import load
from workers.ledger import SqlLedger
from workers.queues.redis.link import connect
from workers.store.database import open_database

SCHEMA = 1000
"""Tables of one schema."""
EVERY = 0.5
MB = 2**20


@dataclass
class Sample:
    """``at`` in seconds from the beginning; bytes by role; ``entities`` stored so far."""

    at: float
    entities: int
    rss: dict[str, int]
    redis: int
    queue: int


@dataclass
class Watching:
    """Samples taken beside a crawl, in a thread of its own."""

    up: Up
    service: str
    samples: list[Sample] = field(default_factory=list)

    def run(self, over: threading.Event) -> None:
        redis, catalog = self.up.value("redis"), self.up.value("catalog")
        settings = load({}, redis=redis, catalog=catalog)
        queue, client, db = sink(settings), connect(redis), open_database(catalog)
        ledger, begun = SqlLedger(db), time.perf_counter()
        try:
            while not over.wait(EVERY):
                runs = ledger.runs(self.service, limit=1)
                stored = ledger.progress(runs[0].id).entities if runs else 0
                self.samples.append(Sample(
                    time.perf_counter() - begun, stored, self.up.rss(), int(client.info("memory")["used_memory"]),
                    sum(size for _, size in queue.sizes()),
                ))  # fmt: skip
        finally:
            queue.close()
            client.close()
            db.close()


def million(bench: Bench, tables: int, children: int = 2) -> Report:
    """``tables`` in schemas of a thousand, by ``children`` processes."""
    report = Report(f"A simulated estate of {tables:,} tables, {children} processes that read")
    recipe = bench.recipe("specs.testing.fake:spec", {"schemas": tables // SCHEMA, "tables": SCHEMA})
    up = Up(bench.folder / "million", children)
    over = threading.Event()
    watching = Watching(up, "million")
    thread = threading.Thread(target=watching.run, args=(over,))
    try:
        thread.start()
        cost = up.crawl(recipe, "million", limit=7200)
    finally:
        over.set()
        thread.join()
        up.stop()
    report.rows = [(f"{tables:,} tables", cost)]
    tenths = deciles(watching.samples)
    flat = ("worker", "flusher", "redis")
    rows = [
        [n + 1, f"{tables / 10 / (part[-1].at - part[0].at):,.0f}" if part[-1].at > part[0].at else "",
         *(f"{_mean(part, role) / MB:.0f}" for role in flat), f"{max(each.redis for each in part) / MB:.0f}",
         f"{max(each.queue for each in part) / MB:.1f}"]
        for n, part in enumerate(tenths)
    ]  # fmt: skip
    report.notes = [
        *table(["tenth of the estate", "tables/s", "worker MB", "flusher MB", "Redis MB", "used_memory MB, at most",
                "queue MB, at most"], rows),
        "",
        "Resident MB are those of the largest process of a kind, on average over the tenth.",
    ]  # fmt: skip
    speeds = [tables / 10 / (part[-1].at - part[0].at) for part in tenths if part[-1].at > part[0].at]
    most = max(each.redis for each in watching.samples) / MB
    growth = {role: _mean(tenths[-1], role) / _mean(tenths[0], role) for role in flat[:2]}
    report.goals = [
        *(
            Goal(f"{tables:,} tables: memory of the {role} in the last tenth, times the first", found, 1.15, "x")
            for role, found in growth.items()
        ),
        Goal(f"{tables:,} tables: most that Redis took", most, 300, " MB"),
        Goal(f"{tables:,} tables: speed of the last tenth, times the first", speeds[-1] / speeds[0], 0.85, "x", True),
        Goal(f"{tables:,} tables: minutes", cost.wall / 60, max(10.0 * tables / 1e6, 0.5), " min"),
    ]
    return report


def deciles(samples: list[Sample]) -> list[list[Sample]]:
    """The samples by tenth of what was stored in the end; each begins with the last sample of the one before."""
    found: list[list[Sample]] = [[] for _ in range(10)]
    total = max(each.entities for each in samples)
    done = next(n for n, each in enumerate(samples) if each.entities == total)
    working = [each for each in samples[: done + 1] if each.entities]  # what comes behind is the end of the run
    for each in working:
        found[min(9, each.entities * 10 // total)].append(each)
    for before, after in pairwise(found):
        if before:
            after.insert(0, before[-1])
    return [part or [working[-1]] for part in found]


def _mean(samples: list[Sample], role: str) -> float:
    return statistics.fmean(each.rss.get(role, 0) for each in samples) or 1.0
