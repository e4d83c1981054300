"""``make bench``: measures everything in one session and writes ``docs/benchmarks.md``.

``make bench ARGS="--runs 3 --only postgres"`` measures a part and only prints it.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from tests.benchmarks import page, scenarios, warehouse
from tests.benchmarks.commands import Bench
from tests.servers import postgres

SCENARIOS = ("startup", "postgres", "workers", "flat")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="runs of each command; medians are reported")
    parser.add_argument("--only", choices=SCENARIOS, action="append", help="just these; prints, writes no page")
    parser.add_argument("--major", type=int, help="which installed PostgreSQL (default: the oldest)")
    given = parser.parse_args()
    chosen = given.only or list(SCENARIOS)
    reports: list[scenarios.Report] = []
    with tempfile.TemporaryDirectory(prefix="hr-bench-") as folder:
        bench = Bench(Path(folder))
        if "startup" in chosen:
            reports.append(show(scenarios.startup(max(given.runs, 5))))
        if "postgres" in chosen or "workers" in chosen:
            reports += on_postgres(bench, chosen, given.runs, given.major)
        if "flat" in chosen:
            reports.append(show(scenarios.flat(bench, given.runs)))
    if not given.only:
        path = page.write(reports, given.runs)
        print(f"wrote {path}")


def on_postgres(bench: Bench, chosen: list[str], runs: int, major: int | None) -> list[scenarios.Report]:
    binaries = [each for each in postgres.installed() if major in (None, each.major)]
    server = postgres.PostgresServer(binaries[0], {"shared_buffers": "512MB", "jit": "on"})
    reports: list[scenarios.Report] = []
    try:
        bench.server = server.process.pid
        urls: list[str] = []
        for name, schemas, tables in (("small", 10, 100), ("large", 100, 100)):
            urls.append(postgres.create_database(server.url, name))
            print(f"building the warehouse {name!r} ({warehouse.objects(schemas, tables):,} objects) ...", flush=True)
            warehouse.build(urls[-1], schemas, tables)
        if "postgres" in chosen:
            reports.append(show(scenarios.postgres(bench, *urls, runs)))
        if "workers" in chosen:
            reports.append(show(scenarios.two_workers(bench, urls[1], runs)))
    finally:
        bench.server = None
        server.stop()
    return reports


def show(report: scenarios.Report) -> scenarios.Report:
    print("\n" + "\n".join(page.section(report)), flush=True)
    return report


if __name__ == "__main__":
    main()
