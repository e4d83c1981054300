"""The ledger with the real catalog: deletion over three runs, and a disk that fills up."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from specs.contracts.assignment import Opening
from specs.contracts.work import Claim, Run, Verdict
from specs.errors import Fatal
from specs.testing.ledger import batch
from specs.topology.events import Coverage, Start
from specs.topology.scope import Scope
from tests.patience import PATIENCE
from workers.catalog.reader import Catalog
from workers.ledger import SqlLedger
from workers.store.database import SqlDatabase, open_database

SHOP = Scope.of("shop")


@pytest.fixture
def db(tmp_path: Path) -> Iterator[SqlDatabase]:
    db = open_database(f"sqlite:///{tmp_path}/catalog.db")
    yield db
    db.close()


def opened(ledger: SqlLedger) -> tuple[Run, Claim]:
    roots = [Start("service", SHOP, ["shop", "shop", {}, None])]
    run = ledger.open_run(Opening("shop", "fake", {}, tuple(roots), slots=1), now=time.time())
    claim = ledger.claim("w", run=run.id, now=time.time())
    assert claim is not None
    return run, claim


def crawled(ledger: SqlLedger, *fqns: str) -> Run:
    run, claim = opened(ledger)
    covered = [Coverage("table", SHOP)]
    assert ledger.commit([batch(claim, 1, *fqns, done=True, coverages=covered)], now=time.time()) == ["applied"]
    return ledger.advance(run.id, now=time.time())


def answered(ledger: SqlLedger, run: Run, presence: str) -> Run:
    """Answer what the run asks about its suspects."""
    confirm = ledger.claim("w", run=run.id, now=time.time())
    assert confirm is not None
    assert confirm.unit.phase == "confirm"
    verdicts = [Verdict(type_, fqn, presence) for type_, fqn in ledger.suspects(confirm.unit.id)]
    assert verdicts
    ledger.commit([batch(confirm, 1, done=True, verdicts=verdicts)], now=time.time())
    return ledger.advance(run.id, now=time.time())


def test_what_the_source_denies_twice_is_deleted(db: SqlDatabase) -> None:
    ledger, catalog = SqlLedger(db), Catalog(db)
    first = crawled(ledger, "shop.a", "shop.b")
    assert first.state == "complete"
    second = crawled(ledger, "shop.a")
    assert second.state == "confirming"
    assert answered(ledger, second, "no").state == "complete"
    third = crawled(ledger, "shop.a")
    assert answered(ledger, third, "no").state == "complete"
    assert catalog.deleted(third.id) == {"Table": 1}
    assert crawled(ledger, "shop.a").state == "complete"


def test_what_the_source_still_has_stays(db: SqlDatabase) -> None:
    ledger, catalog = SqlLedger(db), Catalog(db)
    crawled(ledger, "shop.a", "shop.b")
    for _ in range(3):
        run = crawled(ledger, "shop.a")
        assert answered(ledger, run, "yes").state == "complete"
        assert catalog.deleted(run.id) == {}


def test_a_full_disk_stops_the_commit_and_loses_nothing(db: SqlDatabase) -> None:
    ledger = SqlLedger(db)
    run, claim = opened(ledger)
    big = batch(claim, 1, *(f"shop.table_{n}" for n in range(2000)), done=True)
    with db.read() as conn:
        pages = conn.exec_driver_sql("PRAGMA page_count").scalar() or 0
        conn.exec_driver_sql(f"PRAGMA max_page_count = {pages + 8}")
    with pytest.raises(Fatal, match=r"disk is full.*free space"):
        ledger.commit([big], now=time.time())
    with db.read() as conn:
        conn.exec_driver_sql("PRAGMA max_page_count = 1000000")
    assert ledger.counts(run.id) == {}
    assert Catalog(db).stored(run.id) == {}
    assert ledger.commit([big], now=time.time()) == ["applied"]
    assert ledger.reconcile(run.id, Catalog(db).stored(run.id)) == []


def test_opening_imports_no_migrations_and_no_driver_that_is_not_needed(db: SqlDatabase, tmp_path: Path) -> None:
    program = f"""
import sys
from workers.store.database import open_database
from workers.ledger import SqlLedger
db = open_database("sqlite:///{tmp_path}/catalog.db")
SqlLedger(db).runs()
db.close()
print(sorted({{"workers.store.migrations.steps", "psycopg", "click", "rich", "celery", "redis"}} & sys.modules.keys()))
"""
    found = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=PATIENCE, check=True
    )
    assert found.stdout.strip() == "[]"
