"""A table belongs to one room: its schema creates it, and no other room's SQL writes to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from workers.store import named_sql
from workers.store.migrations.rooms import ROOMS, creation, tables

ROOT = Path(__file__).parents[4]


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
