"""``make bench``: measures everything in one session and writes ``docs/benchmarks.md``.

``make bench ARGS="--only sink"`` measures a part and only prints it; ``--record`` writes it down, too.
"""

from __future__ import annotations

import argparse
import compileall
import datetime
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from headrace import PACKAGES
from tests.benchmarks import (
    distributed,
    graphs,
    lineage,
    million,
    page,
    results,
    scenarios,
    stopping,
    throughput,
    usage,
    views,
    warehouse,
)
from tests.benchmarks.commands import Bench
from tests.benchmarks.peers import comparison
from tests.benchmarks.report import Report
from tests.servers import postgres

ROOT = Path(__file__).parents[2]


class Session:
    """What scenarios share: a folder, and warehouses on one server, built when the first one asks for them."""

    def __init__(self, folder: Path, stack: ExitStack, given: argparse.Namespace) -> None:
        self.bench, self.stack, self.given = Bench(folder), stack, given
        self.runs: int = given.runs
        self._server: postgres.PostgresServer | None = None
        self._urls: dict[str, str] = {}

    def warehouse(self, name: str) -> str:
        """The URL of the warehouse ``small`` or ``large``; from then on its server's CPU time counts."""
        shape = {"small": (10, 100), "large": (100, 100)}[name]
        return self._database(name, lambda url: warehouse.build(url, *shape))

    def views(self, shape: str) -> str:
        """The URL of a database with 1,000 views of one shape; from then on its server's CPU time counts."""
        return self._database(shape.replace(" ", "_"), lambda url: views.build(url, views.SHAPES[shape]))

    def catalog(self) -> str:
        """The URL of an empty catalog on the server, whose CPU time counts from then on."""
        return self._database("catalog", lambda url: None).replace("postgresql://", "postgresql+psycopg://")

    def _database(self, name: str, build: Callable[[str], None]) -> str:
        if self._server is None:
            binaries = [each for each in postgres.installed() if self.given.major in (None, each.major)]
            self._server = postgres.PostgresServer(binaries[0], {"shared_buffers": "512MB", "jit": "on"})
            self.stack.callback(self._server.stop)
        if name not in self._urls:
            print(f"building the database {name!r} ...", flush=True)
            self._urls[name] = postgres.create_database(self._server.url, name)
            build(self._urls[name])
        self.bench.server = self._server.process.pid
        return self._urls[name]


SCENARIOS: dict[str, Callable[[Session], Report]] = {
    "startup": lambda s: scenarios.startup(max(s.runs, 5)),
    "postgres": lambda s: scenarios.postgres(s.bench, s.warehouse("small"), s.warehouse("large"), s.runs),
    "workers": lambda s: scenarios.two_workers(s.bench, s.warehouse("large"), s.runs),
    "stopping": lambda s: stopping.stopping(s.bench, s.warehouse("large"), s.runs),
    "flat": lambda s: scenarios.flat(s.bench, s.runs),
    "graph": lambda s: graphs.graph(s.bench, s.catalog(), s.runs),
    "overhead": lambda s: distributed.overhead(s.bench, s.warehouse("large"), s.runs),
    "children": lambda s: distributed.children(s.bench, s.warehouse("large"), max(1, s.runs // 2)),
    "sink": lambda s: throughput.sink(s.given.units),
    "ledger": lambda s: distributed.ledger(s.bench.folder),
    "lineage": lambda s: lineage.views(),
    "usage": lambda s: usage.usage(s.bench),
    "views": lambda s: views.crawls(s.bench, {each: s.views(each) for each in views.SHAPES}, s.runs),
    "peers": lambda s: comparison.peers(),
    "million": lambda s: million.million(s.bench, s.given.tables),
}
"""In the order of the page."""
LONG = {"million", "peers"}
"""Only when asked for; what was recorded last stays on the page."""
ONCE = {"flat", "sink", "ledger", "lineage", "peers", "usage", "million"}
"""These repeat what they compare by themselves, or are long."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="runs of each command; medians are reported")
    parser.add_argument("--only", choices=SCENARIOS, action="append", help="just these; prints, writes no page")
    parser.add_argument("--record", action="store_true", help="with --only: write down what was found, and the page")
    parser.add_argument("--tables", type=int, default=1_000_000, help="size of the estate of the scenario million")
    parser.add_argument("--units", type=int, default=150, help="thousands of tables of the scenario sink")
    parser.add_argument("--major", type=int, help="which installed PostgreSQL (default: the oldest)")
    given = parser.parse_args()
    record = given.record or not given.only
    for package in PACKAGES:  # as a wheel is installed: what is measured compiles nothing
        compileall.compile_dir(ROOT / package, quiet=1)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hr-bench-", dir="/tmp")))
        folder.chmod(0o755)  # servers of a cluster have an account of their own
        session = Session(folder, stack, given)
        for name in given.only or [name for name in SCENARIOS if name not in LONG]:
            report = measured(name, session)
            if record:
                runs = 1 if name in ONCE else session.runs
                today = datetime.datetime.now(datetime.UTC).date().isoformat()
                results.save(name, results.Result(today, page.machine(), runs, report))
    if record:
        found = {name: result for name in SCENARIOS if (result := results.load(name)) is not None}
        print(f"wrote {page.write(found)}")


def measured(name: str, session: Session) -> Report:
    session.bench.server = None
    report = SCENARIOS[name](session)
    print("\n" + "\n".join(page.section(report)), flush=True)
    for goal in report.goals:
        print(f"{'kept    ' if goal.met else 'NOT KEPT'} {goal.name}: {page.figure(goal.found)}{goal.unit}", flush=True)
    return report


if __name__ == "__main__":
    main()
