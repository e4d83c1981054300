"""Makes DuckDB files and crawls them."""

from __future__ import annotations

from pathlib import Path

import duckdb

from connectors.duckdb.connection import DuckdbConnection
from connectors.duckdb.metadata import DuckdbSource
from specs.config import MetadataExtract
from specs.entities.base import Entity
from specs.testing import harvest


def make(path: Path, *statements: str) -> Path:
    with duckdb.connect(str(path)) as connection:
        for statement in statements:
            connection.execute(statement)
    return path


def entities(path: Path, extract: MetadataExtract | None = None) -> dict[str, Entity]:
    config = DuckdbConnection(path=str(path))
    return {event.entity.fqn: event.entity for event in harvest.entities(lambda: DuckdbSource("s", config, extract))}
