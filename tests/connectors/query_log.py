"""A query log for suites of connectors whose servers keep no statistics of statements."""

from __future__ import annotations

from pathlib import Path

from specs.sources.database.extracts import QueryLogFiles, UsageExtract

LOGGED = {
    "usage": UsageExtract(query_log=QueryLogFiles(type="csv", files=(str(Path(__file__).with_name("query_log.csv")),)))
}
"""The settings of parts: usage is read from a file, whose statements are older than the window."""
