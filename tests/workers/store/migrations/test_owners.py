"""A table belongs to one room: its schema creates it, and no other room's SQL writes to it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from workers.store import named_sql
from workers.store.migrations.rooms import ROOMS, creation, tables

ROOT = Path(__file__).parents[4]
WRITE = re.compile(
    r"\b(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|UPDATE|DELETE\s+FROM|MERGE\s+INTO|TRUNCATE(?:\s+TABLE)?|COPY)\s+(?:ONLY\s+)?(\w+)"
)
STEPS = "workers/store/migrations/"
"""Steps change the tables of every room, as they were when the step was written."""


def owners(dialect: str) -> dict[str, str]:
    """The folder of the room that creates each table."""
    return {
        table: room.replace(".", "/") for room in ROOMS for table in tables(named_sql.schema(room, dialect))
    }  # fmt: skip


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_every_table_is_created_by_one_room(dialect: str) -> None:
    created = tables(creation(dialect))
    assert sorted(created) == sorted(set(created))
    assert set(created) == owners(dialect).keys()
    schemas = {path.parent.relative_to(ROOT).as_posix() for path in (ROOT / "workers").rglob(f"schema.{dialect}.sql")}
    assert schemas == {room.replace(".", "/") for room in ROOMS}


def test_only_the_sql_of_its_room_writes_to_a_table() -> None:
    rooms = owners("sqlite") | owners("postgresql")
    found = {
        (file, table)
        for package in ("workers", "scheduler", "specs")
        for path in (ROOT / package).rglob("*.*")
        if path.suffix in (".sql", ".py") and not (file := path.relative_to(ROOT).as_posix()).startswith(STEPS)
        for table in WRITE.findall(path.read_text("utf-8"))
        if table in rooms and not file.startswith(f"{rooms[table]}/")
    }
    assert found == set()


def test_every_table_is_written_to() -> None:
    """What nothing fills is no table but a leftover, or the search for writes has missed it."""
    written = {
        table
        for room in ROOMS
        for path in (ROOT / room.replace(".", "/")).rglob("*.sql")
        if not path.name.startswith("schema")
        for table in WRITE.findall(path.read_text("utf-8"))
    }
    assert set(tables(creation("sqlite"))) - written == set()
