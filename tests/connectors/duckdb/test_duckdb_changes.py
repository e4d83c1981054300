"""Every kind of change that DuckDB knows shows as one change, or the docs say why it does not."""

from __future__ import annotations

from pathlib import Path

import duckdb

from connectors.duckdb.connection import DuckdbConnection
from connectors.duckdb.metadata import DuckdbSource
from tests.changes import check, load
from tests.connectors.duckdb.support import make


def test_every_kind_of_change_shows(tmp_path: Path) -> None:
    path = tmp_path / "x.duckdb"
    setup, changes = load(__file__)
    if duckdb.__version__.startswith("1."):
        changes = [each for each in changes if "trigger" not in each.name]
    make(path, *setup)
    config = DuckdbConnection(path=str(path))
    check("DuckDB", changes, lambda statement: make(path, statement), lambda: DuckdbSource("s", config), "s.x")
