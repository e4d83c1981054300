"""Lineage of a view: milliseconds of CPU for all of its columns, compiled and not, beside what sqlglot itself offers.

As a program it measures in its own process and prints JSON; ``pure`` as argument is the parser that is not compiled.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests import pure_sqlglot
from tests.benchmarks.report import Goal, Report, table

ROOT = Path(__file__).parents[2]
ROUNDS = 15
VIEW = """
CREATE VIEW sales.report AS
WITH totals AS (
  SELECT o.customer_id, sum(o.amount) AS amount, count(*) AS orders, max(o.placed_at) AS latest
  FROM sales.orders o WHERE o.state <> 'cancelled' GROUP BY o.customer_id
)
SELECT c.id, c.name, c.email, c.city AS town, upper(c.country) AS country, t.amount, t.orders, t.latest,
  t.amount / nullif(t.orders, 0) AS average,
  CASE WHEN t.amount > 1000 THEN 'large' WHEN t.amount > 100 THEN 'middle' ELSE 'small' END AS size,
  r.name AS region, r.code AS region_code, r.manager, s.name AS segment, s.rank, coalesce(s.discount, 0) AS discount,
  row_number() OVER (PARTITION BY r.id ORDER BY t.amount DESC) AS place,
  sum(t.amount) OVER (PARTITION BY s.id) AS segment_amount,
  (SELECT max(v.seen_at) FROM sales.visits v WHERE v.customer_id = c.id) AS last_visit, c.created_at::date AS since
FROM sales.customers c
JOIN totals t ON t.customer_id = c.id
LEFT JOIN sales.regions r ON r.id = c.region_id
LEFT JOIN sales.segments s ON s.id = c.segment_id
WHERE c.deleted_at IS NULL
"""
TABLES = {
    "orders": "id customer_id amount state placed_at",
    "customers": "id name email city country region_id segment_id created_at deleted_at",
    "regions": "id name code manager",
    "segments": "id name rank discount",
    "visits": "id customer_id seen_at",
}


def views() -> Report:
    """One view of 20 columns: a CTE, three joins, windows, CASE, a scalar subquery."""
    report = Report("Lineage of a view")
    found = {"compiled": _measured(), "pure Python": _measured("pure")}
    report.goals = [
        Goal("lineage of a view of 20 columns, parser compiled", found["compiled"]["all columns"], 2.5, " ms"),
        Goal("the same, parser not compiled", found["pure Python"]["all columns"], 6, " ms"),
    ]
    ways = ("parsing alone", "all columns", "sqlglot.lineage, column by column")
    report.notes = [
        "One view of 20 columns: a CTE, three joins, windows, CASE and a scalar subquery, its columns resolved against"
        f" five tables. Milliseconds of CPU, the best of {ROUNDS} rounds.",
        "",
        *table(["parser", *ways], [[what, *(f"{each[way]:.2f}" for way in ways)] for what, each in found.items()]),
    ]
    return report


def _measured(*arguments: str) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.benchmarks.lineage", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _best(function: Callable[[], object], times: int) -> float:
    best = float("inf")
    for _ in range(ROUNDS):
        begun = time.process_time()
        for _ in range(times):
            function()
        best = min(best, time.process_time() - begun)
    return best / times * 1000


def _here() -> dict[str, float]:
    import sqlglot
    from sqlglot.lineage import lineage

    from connectors.common.sql.lineage.analysis.analyzer import LineageAnalyzer
    from specs.contracts.parts.statements import Statement, TableName

    columns = {TableName("shop", "sales", name): [(each, "") for each in said.split()] for name, said in TABLES.items()}
    statement, analyzer = Statement(1, VIEW, "postgres", "shop", "sales"), LineageAnalyzer()
    ((answer,),) = analyzer.lineage([statement], columns)
    assert (answer.level, len(answer.columns), answer.unresolved) == ("columns", 20, ())
    query = sqlglot.parse_one(VIEW, dialect="postgres").expression
    schema = {"sales": {name: dict.fromkeys(said.split(), "int") for name, said in TABLES.items()}}
    names = [each.column for each in answer.columns]
    return {
        "parsing alone": _best(lambda: sqlglot.parse_one(VIEW, dialect="postgres"), 20),
        "all columns": _best(lambda: analyzer.lineage([statement], columns), 20),
        "sqlglot.lineage, column by column": _best(
            lambda: [lineage(name, query, schema=schema, dialect="postgres") for name in names], 1
        ),
    }


if __name__ == "__main__":
    if "pure" in sys.argv:
        pure_sqlglot.install()
    print(json.dumps(_here()))
