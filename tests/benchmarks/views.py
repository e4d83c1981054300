"""Databases of views, and what their lineage costs beside their metadata: crawled alone, and both in one run."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg

from tests.benchmarks.commands import Bench, alternate
from tests.benchmarks.lineage import TABLES, VIEW
from tests.benchmarks.meter import Cost, median
from tests.benchmarks.report import Goal, Report

VIEWS, PER_SCHEMA = 1000, 100
PLAIN = """
CREATE VIEW sales.report AS
SELECT c.id, c.name, c.email, c.city, c.country, r.name AS region, r.code, upper(r.manager) AS manager,
  coalesce(s.discount, 0) AS discount
FROM sales.customers c JOIN sales.regions r ON r.id = c.region_id LEFT JOIN sales.segments s ON s.id = c.segment_id
"""
SHAPES = {"20 columns": VIEW, "9 columns": PLAIN}


def crawls(bench: Bench, urls: dict[str, str], runs: int) -> Report:
    """The metadata of 1,000 views, their lineage from the catalog, and both in one run; for each shape of view."""
    report = Report("1,000 views of PostgreSQL, with their lineage")
    for shape, url in urls.items():
        plain, both = bench.postgres(url, {"metadata": {}}), bench.postgres(url, {"metadata": {}, "lineage": {}})
        last: list[str] = []

        def metadata(recipe=plain, last=last) -> Cost:  # type: ignore[no-untyped-def]
            last.append(bench.catalog())
            return bench.crawl(recipe, last[-1])

        def lineage(recipe=both, last=last) -> Cost:  # type: ignore[no-untyped-def]
            try:
                return bench.crawl(recipe, last[-1], only="lineage")
            finally:
                bench.drop(last.pop())

        def together(recipe=both) -> Cost:  # type: ignore[no-untyped-def]
            catalog = bench.catalog()
            try:
                return bench.crawl(recipe, catalog)
            finally:
                bench.drop(catalog)

        one, other, all_ = map(median, alternate(runs, metadata, lineage, together))
        report.rows += [
            (f"views of {shape}: metadata", one),
            (f"views of {shape}: lineage alone", other),
            (f"views of {shape}: both", all_),
        ]
        report.goals.append(
            Goal(f"lineage of 1,000 views of {shape}, times their metadata", other.wall / one.wall, 1.5, "x")
        )
    report.notes = [
        "CPU seconds are those of all processes, the parsers' included. Views of 20 columns have a CTE, three joins,"
        " windows, CASE and a scalar subquery; views of 9 columns two joins.",
    ]
    return report


def build(url: str, view: str, views: int = VIEWS) -> None:
    """Fill an empty database: schemas with the tables that ``view`` reads, and a hundred views like it each."""
    with psycopg.connect(url, autocommit=True) as connection:
        for number in range(views // PER_SCHEMA):
            connection.execute("BEGIN;" + ";".join(_schema(f"sales_{number:02d}", view)) + ";COMMIT")
        connection.execute("ANALYZE")


def _schema(schema: str, view: str) -> Iterator[str]:
    yield f"CREATE SCHEMA {schema}"
    for name, columns in TABLES.items():
        typed = ", ".join(f"{each} {_type(each)}" for each in columns.split())
        yield f"CREATE TABLE {schema}.{name} ({typed})"
    for number in range(PER_SCHEMA):
        yield view.replace("sales.report", f"sales.report_{number:02d}").replace("sales.", f"{schema}.")


def _type(column: str) -> str:
    if column.endswith("_at"):
        return "timestamptz"
    return "bigint" if column == "id" or column.endswith("_id") or column in ("amount", "discount", "rank") else "text"
