"""What runs all the time reaches its rows through an index, however many units there are."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from workers import sqlfile
from workers.database import Database, open_database

EVERY_UNIT = (
    "free_slot",
    "free_slot_of_run",
    "first_ready",
    "claim",
    "take_slot",
    "free_slot_of",
    "renew",
    "touch",
    "flushing",
    "held",
    "guard",
    "finish_walk",
    "child_finished",
    "standing",
)
EVERY_POLL = (
    "any_overdue",
    "overdue",
    "ready_due",
    "any_open_unit",
    "open_states",
    "in_hands",
    "next_due",
    "sum_tallies",
    "held_by_worker",
    "flushing_of_shard",
    "workers_of",
    "epochs_of",
    "incomplete_units",
    "coverage_errors",
    "failures_page",
    "units_page",
)
NAMES = [
    "run",
    "unit",
    "service",
    "fence",
    "seq",
    "cursor",
    "objects",
    "statements",
    "now",
    "worker",
    "lease",
    "n",
    "after",
    "epoch",
    "shard",
    "position",
    "kind",
    "touched",
    "progress",
    "complete",
    "reason",
    "batches",
    "post",
    "fingerprint",
]


@pytest.fixture(scope="module")
def db() -> Iterator[Database]:
    db = open_database("sqlite://")
    yield db
    db.close()


def plan(db: Database, name: str) -> list[str]:
    query = sqlfile.load("workers.ledger", db.dialect).driver(name)
    with db.read() as conn:
        rows = conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", dict.fromkeys(NAMES, 1)).all()
    return [str(row[3]) for row in rows]


@pytest.mark.parametrize("name", EVERY_UNIT + EVERY_POLL)
def test_no_table_is_scanned(db: Database, name: str) -> None:
    steps = plan(db, name)
    assert steps
    for step in steps:
        assert not step.startswith("SCAN ") or step == "SCAN s", steps  # slots: a few per service
        # the index of all units of a run is for pages only
        assert name == "units_page" or "INDEX units_run " not in step, steps


@pytest.mark.parametrize("name", EVERY_UNIT)
def test_nothing_is_sorted(db: Database, name: str) -> None:
    assert not [step for step in plan(db, name) if "TEMP B-TREE" in step]
