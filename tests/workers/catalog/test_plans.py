"""What runs per batch, per page or per question finds its rows by index, however many there are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from workers.store import named_sql
from workers.store.database import open_database

INDEXED = (
    "lookup", "old_contents", "update_entity", "listing_page", "listings", "entities_of_listings", "coverage_page",
    "marks_page", "descendants_page", "namesake", "containers", "suspects_page", "record_verdict", "find",
    "children_page", "export_service_page", "changes", "not_live_by_name",
)  # fmt: skip


@pytest.mark.parametrize("name", INDEXED)
def test_no_table_is_scanned(name: str, tmp_path: Path) -> None:
    statement = named_sql.load("workers.catalog", "sqlite")[name]
    given = dict.fromkeys(re.findall(r":(\w+)", statement), "1")
    db = open_database(f"sqlite:///{tmp_path / 'c.db'}")
    with db.read() as conn:
        plan = [row[3] for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)]
    db.close()
    scans = [step for step in plan if step.startswith("SCAN") and "VIRTUAL TABLE" not in step and step != "SCAN found"]
    assert not scans, plan
    assert not [step for step in plan if "TEMP B-TREE FOR ORDER BY" in step], plan
