"""Flushers over Redis: shards are shared out, and what Redis lost is read again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import fakeredis
import pytest

from specs.contracts.assignment import Opening
from specs.contracts.work import Batch, Claim, Lost, Receipt
from specs.topology.events import Start
from specs.topology.scope import Scope
from workers.cluster.flusher_process import Flushing
from workers.ledger import SqlLedger
from workers.queues.redis.queue import RedisQueue
from workers.store.database import open_database


class Case:
    """A ledger with one claimed unit, a queue on a fake, a flusher."""

    def __init__(self, ledger: SqlLedger, client: Any) -> None:
        self.ledger, self.client = ledger, client
        self.queue = RedisQueue(client, prefix="t", shards=2)
        self.flushing = Flushing(ledger, self.queue, name="one")
        root = Start("service", Scope.of("shop"), ["shop", "shop", {}, None])
        self.run = ledger.open_run(Opening("shop", "fake", {}, (root,), slots=1, via="cluster"), now=time.time()).id

    def sent(self) -> Claim:
        """Claim the unit, send its final batch and say so."""
        claim = self.ledger.claim("w", run=self.run, now=time.time())
        assert claim is not None
        place = self.queue.put(
            Batch(self.run, claim.unit.id, claim.fence, 1, receipt=Receipt(True, batches=1)), timeout=1
        )
        assert place is not None
        assert self.ledger.flushing(claim.unit.id, claim.fence, place)
        return claim

    @property
    def state(self) -> str:
        return next(iter(self.ledger.units(self.run))).state


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Case]:
    with opened(tmp_path) as ledger, fakeredis.FakeRedis() as client:
        yield Case(ledger, client)


@contextmanager
def opened(folder: Path) -> Iterator[SqlLedger]:
    db = open_database(f"sqlite:///{folder / 'l.db'}")
    try:
        yield SqlLedger(db)
    finally:
        db.close()


def test_what_was_sent_is_stored(case: Case) -> None:
    case.sent()
    assert case.flushing.step(0.01) == 1
    assert case.state == "done"
    assert case.queue.sizes() == [(0, 0), (0, 0)]


def test_nothing_is_taken_for_lost_while_it_waits(case: Case) -> None:
    case.sent()
    case.flushing._shares.look()
    assert case.flushing.heal() == 0
    assert case.state == "flushing"


def test_a_wiped_queue_is_noticed(case: Case) -> None:
    case.sent()
    case.client.flushall()
    case.flushing.step(0.01)
    assert case.state == "ready"
    case.sent()
    assert case.flushing.step(0.01) == 1
    assert case.state == "done"


def test_a_lost_end_is_noticed_in_the_same_epoch(case: Case) -> None:
    case.sent()
    for shard in (0, 1):  # as after a restart without the last second
        for key in (f"t:sink:{shard}:bytes", f"t:sink:{shard}:open"):
            case.client.delete(key)
        case.client.xtrim(f"t:sink:{shard}", maxlen=0)
    time.sleep(0.01)
    case.flushing.step(0.01)
    assert case.state == "ready"


def test_embedded_runs_are_left_alone(case: Case) -> None:
    claim = case.ledger.claim("w", run=case.run, now=time.time())
    assert claim is not None
    from specs.contracts.work import QueuePosition

    case.ledger.flushing(claim.unit.id, claim.fence, QueuePosition(0, "host:1:2", "0000000000000001"))
    case.flushing.step(0.01)
    assert case.state == "flushing"


def test_a_batch_that_nobody_can_store_fails_its_unit_and_blocks_nothing(case: Case) -> None:
    claim = case.ledger.claim("w", run=case.run, now=time.time())
    assert claim is not None
    bad = Batch(case.run, claim.unit.id, claim.fence, 1, seen=[2**80], receipt=Receipt(True, batches=1))
    assert case.queue.put(bad, timeout=1)
    assert case.flushing.step(0.01) == 1
    assert case.queue.sizes() == [(0, 0), (0, 0)]
    (unit,) = case.ledger.units(case.run)
    assert unit.state == "failed"
    assert "cannot be stored" in unit.reason
    with pytest.raises(Lost):
        case.queue.put(Batch(case.run, claim.unit.id, claim.fence, 2), timeout=1)
