"""What is asked per step finds its edges by index, however many there are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from workers.store import named_sql
from workers.store.database import open_database

NAMES = [
    name for name in named_sql.load("workers.lineage", "sqlite") if not name.startswith("insert_")
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_no_table_is_scanned(name: str, tmp_path: Path) -> None:
    statement = named_sql.load("workers.lineage", "sqlite")[name]
    given = dict.fromkeys(re.findall(r":(\w+)", statement), "[]") | {"limit": 1}
    db = open_database(f"sqlite:///{tmp_path / 'c.db'}")
    with db.read() as conn:
        plan = [row[3] for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)]
    db.close()
    scans = [step for step in plan if step.startswith("SCAN") and "VIRTUAL TABLE" not in step and step != "SCAN reach"]
    assert not scans, plan


def test_both_dialects_know_the_same_statements() -> None:
    of_files, of_servers = (set(named_sql.load("workers.lineage", each)) for each in ("sqlite", "postgresql"))
    assert of_files - of_servers == {"widen"}
    assert of_servers <= of_files
