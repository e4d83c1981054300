"""The shop's SQLite file, compared with what is known to be in it."""

from __future__ import annotations

from pathlib import Path

from connectors.sqlite.connection import SqliteConnection
from connectors.sqlite.metadata import SqliteSource
from specs.entities.database.tables import Table
from specs.testing import harvest
from tests.estate import truth


def test_the_shop_is_found_whole(sqlite_estate: Path) -> None:
    found = [
        event.entity for event in harvest.entities(lambda: SqliteSource("s", SqliteConnection(path=str(sqlite_estate))))
    ]
    counts = {name: sum(e.type_name() == name for e in found) for name in truth.COUNTS["sqlite"]}
    assert counts == truth.COUNTS["sqlite"]
    tables = {e.name: e for e in found if isinstance(e, Table)}
    kinds: dict[str, int] = {}
    for table in tables.values():
        kinds[table.table_type] = kinds.get(table.table_type, 0) + 1
    assert kinds == truth.TABLES["sqlite"]["main"]
    assert set(truth.ODD_NAMES) <= set(tables)
    assert [t.name for t in tables.values() if t.table_type == "view" and not t.columns] == [
        t.name for t in tables.values() if "broken" in t.properties
    ]
    assert sum("broken" in t.properties for t in tables.values()) <= 1
    for (_, name), expected in truth.GOLDEN["sqlite"].items():
        assert list(truth.differences(tables[name], expected)) == []
