"""Workers and flushers side by side on PostgreSQL and on one SQLite file: real threads, the real catalog."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from specs.contracts.assignment import Opening
from specs.contracts.work import Claim
from specs.errors import Retry
from specs.testing.ledger import batch
from specs.topology.events import Start
from specs.topology.scope import Scope
from tests.patience import PATIENCE
from workers.catalog.reader import Catalog
from workers.catalog.upsert.writer import CatalogWriter
from workers.ledger import SqlLedger
from workers.ledger.ports import Writer
from workers.store.connection import Connection
from workers.store.database import SqlDatabase, open_database

CHILDREN = 6


def start(*path: str) -> Start:
    return Start("schema", Scope.of(*path), [path[-1], path[-1], {}, None])


def work(ledger: SqlLedger, run: str, worker: str) -> int:
    """Claim and walk until the run is closed: units at depth 0 and 1 have children and a post phase."""
    done = 0
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        claim = ledger.claim(worker, run=run, now=time.time())
        if claim is not None:
            walk(ledger, claim)
            done += 1
        elif not ledger.advance(run, now=time.time()).open:
            return done
        else:
            time.sleep(0.002)
    raise TimeoutError("the run does not end")


def walk(ledger: SqlLedger, claim: Claim) -> None:
    unit = claim.unit
    fqn = unit.start.scope.fqn
    if unit.phase == "post":
        assert ledger.commit([batch(claim, 1, f"{fqn}.post", done=True)], now=time.time()) == ["applied"]
        return
    children = []
    if unit.depth < 2:
        children = [start(*unit.start.scope.path, f"c{n}") for n in range(CHILDREN if unit.depth == 0 else 2)]
    first = batch(claim, 1, f"{fqn}.t1", f"{fqn}.t2", children=children[:1], cursor=("t", "1"))
    last = batch(claim, 2, f"{fqn}.t3", children=children[1:], done=True, post=unit.depth < 2)
    assert ledger.commit([first], now=time.time()) == ["applied"]
    assert ledger.commit([last], now=time.time()) == ["applied"]


def test_workers_side_by_side_end_the_run_once(db: SqlDatabase) -> None:
    ledger = SqlLedger(db)
    run = ledger.open_run(Opening("shop", "fake", {}, (start("shop"),), slots=4, deletes=False), now=time.time())
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda n: work(ledger, run.id, f"w{n}"), range(4)))
    units = 1 + CHILDREN + 2 * CHILDREN
    posts = 1 + CHILDREN
    assert sum(done) == units + posts
    assert ledger.run(run.id).state == "complete"
    assert ledger.outstanding(run.id) == 0
    progress = ledger.progress(run.id)
    assert (progress.known, progress.done, progress.entities) == (units, units, units * 3 + posts)
    assert ledger.reconcile(run.id, Catalog(db).stored(run.id)) == []


def test_two_flushers_deliver_the_same_batches(db: SqlDatabase) -> None:
    """Each batch is stored once, whoever is first; transactions over several units do not deadlock for good."""
    ledger = SqlLedger(db)
    roots = [start("shop", f"s{n}") for n in range(8)]
    run = ledger.open_run(Opening("shop", "fake", {}, tuple(roots), slots=8, deletes=False), now=time.time())
    claims = [ledger.claim("w", run=run.id, now=time.time()) for _ in roots]
    batches = []
    for seq in (1, 2):
        for claim in claims:
            assert claim is not None
            fqn = claim.unit.start.scope.fqn
            batches.append(batch(claim, seq, *(f"{fqn}.t{seq}{n}" for n in range(20)), done=seq == 2))
    ready = threading.Barrier(2)

    def flush(mine: list[int]) -> list[str]:
        ready.wait(timeout=PATIENCE)
        found = []
        for at in range(0, len(mine), 4):
            found += ledger.commit([batches[n] for n in mine[at : at + 4]], now=time.time())
        return found

    forwards = list(range(16))
    backwards = [*reversed(range(8)), *reversed(range(8, 16))]
    with ThreadPoolExecutor(2) as pool:
        results = [result for found in pool.map(flush, (forwards, backwards)) for result in found]
    assert results.count("applied") == 16
    assert set(results) <= {"applied", "duplicate", "fenced"}
    assert ledger.advance(run.id, now=time.time()).state == "complete"
    assert Catalog(db).stored(run.id) == {"Table": 320}


def test_a_slot_is_never_taken_twice(db: SqlDatabase) -> None:
    ledger = SqlLedger(db)
    run = ledger.open_run(
        Opening("shop", "fake", {}, tuple([start("s", f"{n}") for n in range(30)]), slots=3), now=time.time()
    )
    with ThreadPoolExecutor(6) as pool:
        claims = list(pool.map(lambda n: ledger.claim(f"w{n}", run=run.id, now=time.time()), range(12)))
    taken = [claim for claim in claims if claim is not None]
    assert len(taken) == 3
    assert len({claim.unit.id for claim in taken}) == 3


def test_one_flusher_at_a_time_has_a_shard(db: SqlDatabase) -> None:
    ledger = SqlLedger(db)
    with ThreadPoolExecutor(4) as pool:
        won = list(pool.map(lambda n: ledger.claim_shard(0, f"f{n}", now=time.time()), range(4)))
    assert sum(won) == 1
    holder = f"f{won.index(True)}"
    assert ledger.claim_shard(0, holder, lease=0.0, now=time.time())
    assert ledger.claim_shard(0, "next", now=time.time())
    assert not ledger.claim_shard(0, holder, now=time.time())
    assert ledger.claim_shard(1, holder, now=time.time())
    ledger.leave_shards("next")
    assert ledger.claim_shard(0, holder, now=time.time())


class Colliding:
    """A catalog whose first ``times`` transactions end in a deadlock, as PostgreSQL reports it."""

    def __init__(self, times: int) -> None:
        self.times = times

    def __call__(self, conn: Connection, run: str, service: str, now: float) -> Writer:
        if self.times:
            self.times -= 1
            conn.exec_driver_sql("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40P01'; END $$")
        return CatalogWriter(conn, run, service, now)


@pytest.mark.server
@pytest.mark.parametrize("times", [1, 5])
def test_a_transaction_that_collides_is_tried_again(postgres_database: str, times: int) -> None:
    """Five times over: then each batch by itself."""
    db = open_database(postgres_database)
    ledger = SqlLedger(db, Colliding(times))
    run = ledger.open_run(
        Opening("shop", "fake", {}, (start("a"), start("b")), slots=2, deletes=False), now=time.time()
    )
    claims = [ledger.claim("w", run=run.id, now=time.time()) for _ in range(2)]
    batches = [batch(claim, 1, f"shop.t{n}", done=True) for n, claim in enumerate(claims) if claim is not None]
    assert ledger.commit(batches, now=time.time()) == ["applied", "applied"]
    assert Catalog(db).stored(run.id) == {"Table": 2}
    db.close()


@pytest.mark.server
def test_a_transaction_that_always_collides_says_so(postgres_database: str) -> None:
    db = open_database(postgres_database)
    ledger = SqlLedger(db, Colliding(100))
    run = ledger.open_run(Opening("shop", "fake", {}, (start("a"),), slots=1, deletes=False), now=time.time())
    claim = ledger.claim("w", run=run.id, now=time.time())
    assert claim is not None
    with pytest.raises(Retry, match="collided"):
        ledger.commit([batch(claim, 1, "shop.t", done=True)], now=time.time())
    assert ledger.counts(run.id) == {}
    db.close()
