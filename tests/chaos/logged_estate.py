"""A database of DuckDB with views upon views, and a log of three days: lineage and usage are read by real parsers, at
noon of 2026-11-29."""

from __future__ import annotations

import json
import os
from contextlib import closing
from pathlib import Path

import duckdb

from connectors.common.sql.lineage.source import DatabaseLineage
from connectors.common.sql.usage.source import LogUsage
from connectors.duckdb.service_spec import spec as duckdb_spec
from specs.recipe.recipe import Recipe
from specs.service_spec import DefaultDatabaseSpec

NOON = 1_795_910_400.0 + 43_200


class LineageInTheChaos(DatabaseLineage):
    def now(self) -> float:
        return NOON


class UsageInTheChaos(LogUsage):
    def now(self) -> float:
        return NOON


spec = DefaultDatabaseSpec(
    name="duckdb",
    connection=duckdb_spec.connection,
    metadata_source_class=duckdb_spec.metadata_source_class,
    lineage_source_class=LineageInTheChaos,
    usage_source_class=UsageInTheChaos,
)


def recipe(folder: Path, *, schemas: int, views: int, logged: int) -> Recipe:
    """The recipe for a new estate: schemas, views in each of them, and statements of each day."""
    file, log = folder / "shop.db", folder / "log.jsonl"
    with closing(duckdb.connect(str(file))) as connection:
        for schema in (f"s{number}" for number in range(schemas)):
            connection.execute(f"CREATE SCHEMA {schema}; CREATE TABLE {schema}.v0 (id INT, amount INT)")
            for at in range(1, views):
                query = f"SELECT id, sum(amount) AS amount FROM {schema}.v{(at - 1) // 2} GROUP BY id"
                connection.execute(f"CREATE VIEW {schema}.v{at} AS {query}")
    lines = []
    for ago in (2, 1, 0):
        for at in range(logged):
            source = f"s{(at + 1) % schemas}.v{at % views}"
            text = f"INSERT INTO s{at % schemas}.v0 SELECT id, max(amount) AS a{at} FROM {source}"
            when = {"time": NOON - ago * 86_400 - at % 1000, "user": f"u{at % 7}", "session": str(at % 5)}
            lines.append({**when, "text": text})
    log.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    os.utime(log, (NOON, NOON))
    given = {"query_log": {"type": "jsonl", "files": [str(log)]}, "window": "3d"}
    return Recipe.from_dict({
        "service": {"name": "shop", "type": f"{__name__}:spec"}, "connection": {"path": str(file)},
        "extract": {"lineage": given, "usage": given},
    })  # fmt: skip
