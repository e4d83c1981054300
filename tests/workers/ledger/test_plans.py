"""What runs all the time reaches its rows through an index, however many units there are."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from tests.benchmarks.ledger import fill, statements
from tests.servers import postgres
from workers.ledger import SqlLedger
from workers.store import named_sql
from workers.store.database import SqlDatabase, open_database

EVERY_UNIT = (
    "claim",
    "free_slot_of",
    "renew",
    "touch",
    "flushing",
    "held",
    "guard",
    "guard_final",
    "add_outstanding",
    "child_finished",
    "standing",
    "recovered",
)
EVERY_UNIT_ON_SQLITE = ("next_unit", "take_slot", "gate")
EVERY_POLL = (
    "any_overdue",
    "overdue",
    "still_overdue",
    "any_due",
    "ready_due",
    "unfinished_units",
    "any_open_unit",
    "cancel_ready_units",
    "cancel_open_units",
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
    "failing_service",
)
FEW = (
    "SCAN r USING INDEX runs_open",
    "SCAN units USING INDEX units_worker",  # units that are running
    "SCAN p",  # processes
    "SCAN c",  # open runs
    "SCAN l",  # two queues
    "SCAN CONSTANT ROW",
)
"""What may be read from end to end: none of it grows with the units of a run."""
TEXTS = ["run", "unit", "service", "cursor", "worker", "epoch", "position", "kind", "touched", "progress", "reason"]
TEXTS += ["fingerprint", "queue"]
NUMBERS = [
    "fence",
    "seq",
    "objects",
    "statements",
    "now",
    "lease",
    "n",
    "after",
    "shard",
    "complete",
    "batches",
    "post",
]
NUMBERS += ["waits", "until"]
VALUES = dict.fromkeys(TEXTS, "x") | dict.fromkeys(NUMBERS, 1)


@pytest.fixture(scope="module")
def db() -> Iterator[SqlDatabase]:
    db = open_database("sqlite://")
    yield db
    db.close()


def plan(db: SqlDatabase, name: str) -> list[str]:
    query = named_sql.load("workers.ledger", db.dialect)[name]
    with db.read() as conn:
        rows = conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", VALUES).all()
    return [str(row[3]) for row in rows]


@pytest.mark.parametrize("name", EVERY_UNIT + EVERY_UNIT_ON_SQLITE + EVERY_POLL)
def test_no_table_is_scanned(db: SqlDatabase, name: str) -> None:
    steps = plan(db, name)
    assert steps
    for step in steps:
        assert not step.startswith("SCAN ") or step in FEW, steps
        # the index of all units of a run is for pages only
        assert name == "units_page" or "INDEX units_run " not in step, steps


@pytest.mark.parametrize("name", EVERY_UNIT)
def test_nothing_is_sorted(db: SqlDatabase, name: str) -> None:
    assert not [step for step in plan(db, name) if "TEMP B-TREE" in step]


@pytest.fixture(scope="module")
def filled(postgres_url: str) -> Iterator[SqlDatabase]:
    """Units of one run: most are done, some ready. Nothing was analysed, as in a run that has just begun."""
    name = f"plans_{uuid.uuid4().hex[:12]}"
    db = open_database(postgres.create_database(postgres_url, name))
    with db.write() as conn:
        conn.exec_driver_sql(
            "INSERT INTO units (id, run, service, node, scope, span, phase, depth, state)"
            " SELECT md5(n::text), 'x', 'x', 'table', '[]', '[]', 'walk', 1,"
            " CASE WHEN mod(n, 10) = 0 THEN 'ready' ELSE 'done' END FROM generate_series(1, 20000) n"
        )
    yield db
    db.close()
    postgres.drop_database(postgres_url, name)


@pytest.mark.server
@pytest.mark.parametrize("name", EVERY_UNIT + EVERY_POLL)
def test_no_unit_is_searched_for_on_postgresql(filled: SqlDatabase, name: str) -> None:
    query = named_sql.load("workers.ledger", filled.dialect)[name]
    with filled.write() as conn:
        steps = [str(row[0]) for row in conn.exec_driver_sql(f"EXPLAIN {query}", VALUES).all()]
    assert steps
    assert not [step for step in steps if "Seq Scan on units" in step], steps
    assert name == "units_page" or not [step for step in steps if "units_run" in step], steps
    if name in EVERY_UNIT:  # the first ready unit comes from the index, and is not sorted out of all of them
        assert not [step for step in steps if "Sort Key: units" in step or "units_open" in step], steps


@pytest.mark.server
def test_a_unit_costs_few_round_trips(filled: SqlDatabase) -> None:
    """Claimed in one, told to be flushing in one, and finished in one, where batches are committed in groups."""
    found = statements(filled, SqlLedger(filled), fill(filled, "trips", 100, done=0))
    assert (found["claim"], found["flushing"]) == (1.0, 1.0)
    assert found["commit"] <= 1.25
