"""A flusher that keeps a unit's row locked for longer than its lease takes the unit from nobody."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from specs.contracts.assignment import Opening
from specs.contracts.work import Claim, QueuePosition
from specs.errors import Retry
from specs.topology.events import Start
from specs.topology.scope import Scope
from tests.patience import PATIENCE
from workers.ledger import SqlLedger
from workers.store.database import SqlDatabase, open_database

HELD = 0.5
"""Seconds for which a row is locked: longer than the leases in here."""


def claimed(ledger: SqlLedger, lease: float) -> Claim:
    run = ledger.open_run(Opening("shop", "fake", {}, (Start("schema", Scope.of("shop")),), slots=1), now=time.time())
    claim = ledger.claim("w", run=run.id, lease=lease, now=time.time())
    assert claim is not None
    return claim


@contextmanager
def locked(db: SqlDatabase, unit: str) -> Iterator[threading.Event]:
    """Another transaction has changed the row and does not end before the block does."""
    holds, over = threading.Event(), threading.Event()

    def hold() -> None:
        with db.write() as conn:
            conn.exec_driver_sql(f"UPDATE units SET cursor = cursor WHERE id = '{unit}'")
            holds.set()
            over.wait(PATIENCE)

    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(hold)
        assert holds.wait(PATIENCE)
        try:
            yield over
        finally:
            over.set()
        held.result()


def until(db: SqlDatabase, unit: str) -> float:
    with db.read() as conn:
        return float(conn.exec_driver_sql(f"SELECT lease_until FROM units WHERE id = '{unit}'").scalar_one())


def test_a_renewal_that_had_to_wait_counts_from_its_end(db: SqlDatabase) -> None:
    ledger, lease = SqlLedger(db), 0.1
    claim = claimed(ledger, lease)
    unit, fence = claim.unit.id, claim.fence
    renewed: Future[bool]
    with ThreadPoolExecutor(1) as pool, locked(db, unit) as over:
        renewed = pool.submit(lambda: ledger.renew(unit, fence, lease=lease, now=time.time()))
        time.sleep(HELD)
        assert not renewed.done()
        released = time.time()
        over.set()
        assert renewed.result(PATIENCE)
    assert until(db, unit) > released + lease - 0.05


@pytest.mark.server
def test_a_look_does_not_count_as_long_as_the_row_is_locked(postgres_database: str) -> None:
    db = open_database(postgres_database)
    ledger = SqlLedger(db)
    claim = claimed(ledger, 0.1)
    unit, fence = claim.unit.id, claim.fence
    with locked(db, unit):
        time.sleep(HELD)
        assert [ledger.expire(now=0.0, grace=0.0) for _ in range(4)] == [0, 0, 0, 0]
    assert ledger.expire(now=0.0, grace=0.0) == 0, "the first look that saw it"
    with locked(db, unit):
        assert ledger.expire(now=0.0, grace=0.0) == 0, "locked again: nothing was seen of its worker"
    assert ledger.expire(now=0.0, grace=0.0) == 0, "looks count from the beginning"
    assert ledger.renew(unit, fence, now=0.0)
    db.close()


@pytest.mark.server
def test_nobody_waits_for_a_locked_row_to_take_another_units_lease_away(postgres_database: str) -> None:
    db = open_database(postgres_database)
    ledger = SqlLedger(db)
    roots = [Start("schema", Scope.of("shop", name)) for name in "ab"]
    run = ledger.open_run(Opening("shop", "fake", {}, tuple(roots), slots=2), now=0.0)
    living, dead = (ledger.claim("w", run=run.id, lease=0.0, now=0.0) for _ in range(2))
    assert living is not None
    assert dead is not None
    with locked(db, living.unit.id):
        assert [ledger.expire(now=0.0, grace=0.0) for _ in range(3)] == [0, 1, 0]
    assert not ledger.renew(dead.unit.id, dead.fence, now=0.0)
    assert ledger.renew(living.unit.id, living.fence, now=0.0)
    db.close()


@pytest.mark.server
def test_a_unit_that_is_being_stored_is_said_to_be_flushing_later(postgres_database: str) -> None:
    """Nobody waits for it, so that the units that were read behind it can be told of."""
    db = open_database(postgres_database)
    ledger = SqlLedger(db)
    claim, position = claimed(ledger, 60.0), QueuePosition(0, "e", "1")
    unit, fence = claim.unit.id, claim.fence
    with locked(db, unit), pytest.raises(Retry, match="storing"):
        ledger.flushing(unit, fence, position)
    assert not ledger.flushing(unit, fence + 1, position)
    assert ledger.flushing(unit, fence, position)
    assert ledger.flushing(unit, fence, position)
    db.close()
