"""A query log for suites of connectors whose servers keep no statistics of statements."""

from __future__ import annotations

from pathlib import Path

from specs.sources.database.declarations import DeclaredEdge
from specs.sources.database.extracts import LineageExtract, QueryLogFiles, UsageExtract

LOGGED = {
    "usage": UsageExtract(query_log=QueryLogFiles(type="csv", files=(str(Path(__file__).with_name("query_log.csv")),)))
}
"""The settings of parts: usage is read from a file, whose statements are older than the window."""
MOVED = {
    "lineage": LineageExtract(
        query_log=QueryLogFiles(type="csv", files=(str(Path(__file__).with_name("moves.csv")),)),
        window=400 * 365 * 86400.0,
        declared=tuple(
            DeclaredEdge(source="lake.raw.landing", target=f"suite.main.main.{each}") for each in ("brands", "orders")
        ),
    )
}
"""Lineage of the sample estate of SQLite from a log and from declarations, beside that of its views."""
