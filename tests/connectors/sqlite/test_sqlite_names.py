"""Names of any kind come back to the letter."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.sqlite.connection import SqliteConnection
from connectors.sqlite.metadata import SqliteSource
from specs import names
from specs.entities.database.tables import Table
from specs.sources.base import Source
from specs.testing import harvest
from specs.topology.read_mode import ReadMode
from specs.topology.scope import Scope

NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12).filter(
    lambda name: not name.lower().startswith("sqlite_")
)


@settings(max_examples=40)
@given(st.lists(NAMES, min_size=1, max_size=5, unique_by=str.lower), NAMES)
def test_any_name_comes_back(tables: list[str], column: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.db"
        quoted = column.replace('"', '""')
        with closing(sqlite3.connect(path)) as connection:
            for table in tables:
                escaped = table.replace('"', '""')
                connection.execute(f'CREATE TABLE "{escaped}" ("{quoted}" INT CHECK ("{quoted}" > 0) UNIQUE)')
        made: list[Source] = []

        def build() -> Source:
            made.append(SqliteSource("s", SqliteConnection(path=str(path)), reading=ReadMode(slice=2)))
            return made[-1]

        found = [event.entity for event in harvest.entities(build) if isinstance(event.entity, Table)]
        assert [table.name for table in found] == sorted(tables)
        assert {table.fqn for table in found} == {names.build("s", "main", "main", table) for table in tables}
        for table in found:
            assert [each.name for each in table.columns] == [column]
            assert [(each.kind, each.columns) for each in table.constraints if each.columns] == [("unique", (column,))]
            assert [each.expression for each in table.constraints if each.expression] == [f'"{quoted}" > 0']
        answer = made[0].exists("Table", Scope.of("s", "main", "main"), [*tables, "no such table"])
        made[0].close()
        assert answer == {**dict.fromkeys(tables, "yes"), "no such table": "no"}
