"""A database with ten thousand schemas becomes units page by page: no batch, and no process, ever holds them all."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from specs.contracts.assignment import Opening
from specs.contracts.work import Batch, Claim, Receipt
from specs.topology.engine import walk
from specs.topology.events import Start
from specs.topology.scope import Scope
from tests.workers.cluster.rig import fake
from workers.ledger import SqlLedger
from workers.store.database import open_database
from workers.unit.batch_builder import ENTITIES, BatchBuilder
from workers.unit.source.sources import build, topology

SCHEMAS = 10_000
RECIPE = fake(schemas=SCHEMAS, tables=1, estimates=None)  # without estimates nothing is packed: a unit each
DATABASE = Start("database", Scope.of("estate", "db_00"), ["db_00", "db_00", {"encoding": "UTF8"}, None])


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[SqlLedger]:
    db = open_database(f"sqlite:///{tmp_path / 'c.db'}")
    yield SqlLedger(db)
    db.close()


def claimed(ledger: SqlLedger) -> Claim:
    ledger.open_run(Opening("estate", "fake", {}, (DATABASE,), slots=4, via="cluster"), now=time.time())
    claim = ledger.claim("w", now=time.time())
    assert claim is not None
    return claim


def batches(claim: Claim) -> Iterator[Batch]:
    """As a worker cuts them, from the claim's cursor on."""
    source = build(RECIPE, {})
    batching, seq = BatchBuilder(claim.unit, claim.fence, claim.cursor), 0
    with closing(source):
        for event in walk(source, topology(RECIPE), DATABASE, resume=claim.cursor):
            if batching.add(event):
                seq += 1
                batch = batching.cut()
                batch.seq = seq
                yield batch
    batch = batching.cut()
    batch.seq, batch.receipt = seq + 1, Receipt(True, batches=seq + 1)
    yield batch


def test_pages_are_bounded_in_units_and_in_memory(ledger: SqlLedger) -> None:
    claim = claimed(ledger)
    tracemalloc.start()
    try:
        sizes = [len(batch.children) for batch in batches(claim)]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert sum(sizes) == SCHEMAS
    assert max(sizes) <= ENTITIES
    assert len(sizes) >= SCHEMAS // ENTITIES
    assert peak < 8_000_000, "a page or two, not ten thousand units"


def test_units_can_be_claimed_while_the_database_still_expands(ledger: SqlLedger) -> None:
    """And a worker that dies in between costs a page: who comes next goes on behind what is stored."""
    first, now = claimed(ledger), time.time()
    source = batches(first)
    for _ in range(3):
        assert ledger.commit([next(source)], now=now) == ["applied"]
    source.close()
    child = ledger.claim("other", now=now)
    assert child is not None
    assert child.unit.start.node == "schema"
    stored = ledger.progress(first.unit.run).known - 1
    assert 0 < stored <= 3 * ENTITIES
    ledger.abandon("w", now=now, reason="killed")
    held = {child.unit.id}
    while True:  # deepest first: the database itself comes back last
        again = ledger.claim("next", now=now)
        if again is None or again.unit.id == first.unit.id:
            break
        held.add(again.unit.id)
        ledger.release(again.unit.id, again.fence, now=now, reason="later", delay=3600.0)
    assert again is not None
    assert again.cursor != ()
    for batch in batches(again):
        assert ledger.commit([batch], now=now) == ["applied"]
    scopes = {unit.scope for unit in ledger.units(first.unit.run) if unit.node == "schema"}
    assert len(scopes) == ledger.progress(first.unit.run).known - 1 == SCHEMAS
