"""The ledger's rules, on SQLite in a file, SQLite in memory, and PostgreSQL."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from specs.testing.ledger import LedgerSuite
from tests.servers import postgres
from tests.workers.ledger.harness import SqlHarness
from workers.store.database import SqlDatabase, open_database


class TestSqliteFile(LedgerSuite):
    @pytest.fixture
    def harness(self, tmp_path: Path) -> Iterator[SqlHarness]:
        harness = SqlHarness(open_database(f"sqlite:///{tmp_path}/catalog.db"))
        yield harness
        harness.close()


class TestSqliteMemory(LedgerSuite):
    @pytest.fixture
    def harness(self) -> Iterator[SqlHarness]:
        harness = SqlHarness(open_database("sqlite://"))
        yield harness
        harness.close()


@pytest.fixture(scope="module")
def postgresql(postgres_url: str) -> Iterator[SqlDatabase]:
    """One database for all tests: making one takes longer than a test."""
    name = f"ledger_{uuid.uuid4().hex[:12]}"
    db = open_database(postgres.create_database(postgres_url, name))
    yield db
    db.close()
    postgres.drop_database(postgres_url, name)


@pytest.mark.server
class TestPostgresql(LedgerSuite):
    @pytest.fixture
    def harness(self, postgresql: SqlDatabase) -> SqlHarness:
        harness = SqlHarness(postgresql, keep=True)
        with postgresql.write() as conn:
            conn.exec_driver_sql(
                "TRUNCATE services, runs, units, slots, counts, outcomes, marks, tallies, processes, remembered"
            )
        return harness
