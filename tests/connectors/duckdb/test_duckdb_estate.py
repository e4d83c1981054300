"""The shop's DuckDB file, compared with what is known to be in it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from connectors.duckdb.connection import DuckdbConnection
from connectors.duckdb.metadata import DuckdbSource
from specs import names
from specs.entities.database.tables import Table
from specs.testing import harvest
from tests.estate import truth


def test_the_shop_is_found_whole(duckdb_estate: Path) -> None:
    found = [
        event.entity for event in harvest.entities(lambda: DuckdbSource("s", DuckdbConnection(path=str(duckdb_estate))))
    ]
    tables = {names.split(e.fqn)[2:]: e for e in found if isinstance(e, Table)}
    counts = Counter(e.type_name() for e in found if "main" not in names.split(e.fqn)[2:3])
    assert {name: counts[name] for name in truth.COUNTS["duckdb"]} == truth.COUNTS["duckdb"]
    for schema, kinds in truth.TABLES["duckdb"].items():
        assert Counter(str(t.table_type) for path, t in tables.items() if path[0] == schema) == kinds
    assert set(truth.ODD_NAMES) <= {table.name for table in tables.values()}
    for path, expected in truth.GOLDEN["duckdb"].items():
        assert list(truth.differences(tables[path], expected)) == []
