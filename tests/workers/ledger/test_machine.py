"""Any order of calls and mishaps, on SQLite and on PostgreSQL."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from specs.testing.ledger.state_machine.machine import machine
from tests.workers.ledger.harness import SqlHarness
from workers.store.database import open_database

CHECKS = [HealthCheck.too_slow, HealthCheck.filter_too_much]


def test_any_history_on_sqlite() -> None:
    run_state_machine_as_test(
        machine(lambda: SqlHarness(open_database("sqlite://"))),
        settings=settings(max_examples=40, stateful_step_count=40, deadline=None, suppress_health_check=CHECKS),
    )


@pytest.mark.server
def test_any_history_on_postgresql(postgres_database: str) -> None:
    db = open_database(postgres_database)
    try:
        run_state_machine_as_test(
            machine(lambda: SqlHarness(db, keep=True)),
            settings=settings(max_examples=8, stateful_step_count=40, deadline=None, suppress_health_check=CHECKS),
        )
    finally:
        db.close()
