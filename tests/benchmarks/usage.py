"""Usage from a query log: a million lines of csvlog, 200,000 different texts, 2,000 fingerprints, seven days."""

from __future__ import annotations

import json
import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.benchmarks.commands import Bench
from tests.benchmarks.meter import Cost
from tests.benchmarks.report import Goal, Report

LINES = 1_000_000
TABLES = 200
TEXTS = 100
"""Different literals of each fingerprint."""
COLUMNS = "id customer_id region_id amount state note created_at updated_at"
SHAPES = (
    "SELECT a.id, a.amount, b.state FROM t{0} a JOIN t{1} b ON b.id = a.customer_id "
    "WHERE a.id = {2} AND b.note = 'x{2}'",
    "SELECT count(*), sum(a.amount) FROM t{0} a WHERE a.created_at > '2026-01-01' AND a.region_id IN ({2}, 7, 8)",
    "INSERT INTO t{0} (id, amount, state) VALUES ({2}, 12.5, 'new')",
    "UPDATE t{0} SET amount = {2}, updated_at = '2026-11-30' WHERE id = {2}",
    "DELETE FROM t{0} WHERE created_at < '2020-01-01' AND id = {2}",
    "SELECT id, note FROM t{0} WHERE note LIKE '%{2}%' ORDER BY updated_at DESC LIMIT 20",
    "WITH x AS (SELECT customer_id, max(created_at) AS latest FROM t{0} GROUP BY customer_id) "
    "SELECT x.customer_id, b.amount FROM x JOIN t{1} b ON b.customer_id = x.customer_id WHERE b.id = {2}",
    "SELECT * FROM t{0} WHERE id = {2}",
    "INSERT INTO t{0} (id, amount) SELECT id, amount FROM t{1} WHERE state = 'done' AND id > {2}",
    "SELECT CASE WHEN a.amount > {2} THEN 'large' ELSE 'small' END, a.state FROM t{0} a "
    "LEFT JOIN t{1} b ON b.id = a.region_id AND b.state = 'open' WHERE a.customer_id = {2}",
)


def statements() -> list[str]:
    """All statements: each shape over each table, with each literal."""
    return [
        shape.format(at, (at + 7) % TABLES, number)
        for at in range(TABLES)
        for shape in SHAPES
        for number in range(1, TEXTS + 1)
    ]  # fmt: skip


def lines(count: int, until: float, days: int, *, texts: int = TABLES * len(SHAPES) * TEXTS) -> Iterator[str]:
    """``count`` lines of csvlog with so many ``texts`` over ``days`` days before ``until``, in order of time."""
    chosen, known = random.Random(1), statements()[:texts]
    begin, step = until - days * 86_400 + 1, (days * 86_400 - 2) / count
    for at in range(count):
        second = begin + at * step
        stamp = f"{datetime.fromtimestamp(second, UTC):%Y-%m-%d %H:%M:%S}.{at % 1000:03} UTC"
        session = at % 80
        text = known[at] if at < len(known) else chosen.choice(known)
        yield (
            f'{stamp},"user{session % 50}","main",{session},"10.0.0.{session}:5432",692a.{session},{at},"SELECT",'
            f'2026-11-01 00:00:00 UTC,3/{at},0,LOG,00000,"duration: 1.234 ms  statement: {text}",,,,,,,,,"app",'
            '"client backend",,0\n'
        )


def recipe(bench: Bench, count: int, days: int = 7) -> Path:
    """A service whose catalog has the tables, with a log of so many lines."""
    folder = bench.folder / f"usage{count}"
    folder.mkdir()
    with closing(sqlite3.connect(folder / "shop.db")) as connection:
        for at in range(TABLES):
            connection.execute(f"CREATE TABLE t{at} ({', '.join(COLUMNS.split())})")
    with (folder / "log.csv").open("w") as file:
        file.writelines(lines(count, time.time(), days))
    given: dict[str, Any] = {
        "service": {"name": "bench", "type": "sqlite"},
        "connection": {"path": str(folder / "shop.db")},
        "extract": {
            "usage": {
                "query_log": {"type": "postgres_csvlog", "files": [f"{folder}/log.csv"]},
                "window": f"{days + 1}d",
            }
        },
    }
    path = folder / "recipe.yml"
    path.write_text(json.dumps(given))
    return path


def usage(bench: Bench, count: int = LINES) -> Report:
    """The whole crawl, its metadata included; half of the lines beside it; then once more with nothing new."""
    report = Report(
        f"Usage from a query log: {count:,} lines, {len(statements()):,} texts, {TABLES * len(SHAPES):,} fingerprints"
    )
    half = bench.crawl(recipe(bench, count // 2), bench.catalog())
    path, catalog = recipe(bench, count), bench.catalog()
    size = (path.parent / "log.csv").stat().st_size
    cost = bench.crawl(path, catalog)
    again = bench.crawl(path, catalog)
    report.rows = [
        (f"{count // 2:,} lines", half),
        (f"{count:,} lines", cost),
        ("the same, nothing written since", again),
    ]
    report.goals = [
        Goal(f"usage of {count:,} lines of a query log, CPU", cost.cpu, 60, " s"),
        Goal("the same: most memory of any process", cost.rss_mb, 200, " MB"),
        Goal("the same: memory, times that of half of the lines", cost.rss_mb / half.rss_mb, 1.1, "x"),
        Goal("the same once more, with nothing new: CPU", again.cpu, 5, " s"),
    ]
    report.notes = [
        f"The log has {size / 1e6:.0f} MB; seven days of it are read as {_days(cost)} units by one process."
    ]
    return report


def _days(cost: Cost) -> object:
    entities: Any = cost.said.get("entities", {})
    return entities.get("UsageDay", {}).get("listed")
