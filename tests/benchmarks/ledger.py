"""What the ledger takes: cycles from claim to done per second, and claims out of a thousand and out of a million units.

Units have no rows: what is measured is the bookkeeping alone. Databases are the caller's, empty and of its own.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from statistics import median
from typing import Any

from specs.contracts.assignment import Opening
from specs.contracts.work import Batch, Claim, QueuePosition, Receipt
from specs.errors import Retry
from specs.topology.events import Start
from specs.topology.scope import Scope
from tests.statements_sent import sent
from workers.ledger import SqlLedger
from workers.store import named_sql
from workers.store.database import SqlDatabase

SLOTS = 16
GROUP = 16
"""Final batches in one commit, as the flusher groups them."""
FEW, MANY = 1_000, 1_000_000
ROUNDS, CLAIMS = 12, 25
"""Alternating rounds over the small and the large run, and claims in each."""


def cycles(db: SqlDatabase, *, seconds: float = 5.0, workers: int = 2) -> dict[str, Any]:
    """Claim, send the final batch, say so, commit: by ``workers`` threads and one flusher; and what one cycle asks
    of the database, in statements."""
    ledger = SqlLedger(db)
    run = fill(db, "cycles", 200_000, done=0)
    alone = statements(db, ledger, run)
    sent: list[Claim] = []
    over, lock = threading.Event(), threading.Lock()

    def work(worker: int) -> None:
        while not over.is_set():
            claim = None
            if len(sent) <= 2 * GROUP:  # workers wait for the flusher, as they do for room in the queue
                claim = ledger.claim(f"w{worker}", run=run, now=time.time())
            if claim is None:
                time.sleep(0.002)
                continue
            with suppress(Retry):  # the unit is being stored: the commit says the same
                ledger.flushing(claim.unit.id, claim.fence, QueuePosition(0, "e", "1"))
            with lock:
                sent.append(claim)

    done = 0
    began, cpu = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(workers) as pool:
        hands = [pool.submit(work, n) for n in range(workers)]
        while time.perf_counter() - began < seconds:
            with lock:
                group, sent[:GROUP] = sent[:GROUP], []
            if not group:
                time.sleep(0.001)
                continue
            done += ledger.commit([final(claim) for claim in group], now=time.time()).count("applied")
        over.set()
        took = time.perf_counter() - began
        for hand in hands:
            hand.result()
    return {
        "dialect": db.dialect,
        "workers": workers,
        "cycles": done,
        "cycles_per_second": round(done / took, 1),
        "client_cpu_ms_per_cycle": round(1000 * (time.process_time() - cpu) / max(done, 1), 3),
        "statements_per_cycle": alone,
    }


def statements(db: SqlDatabase, ledger: SqlLedger, run: str) -> dict[str, float]:
    """What one cycle asks of the database, per call; PostgreSQL is not seen to begin and commit."""
    seen = sent(db)
    claims = [ledger.claim("w", run=run, now=time.time()) for _ in range(GROUP)]
    found = [claim for claim in claims if claim is not None]
    claimed = len(seen)
    for claim in found:
        with suppress(Retry):  # the unit is being stored: the commit says the same
            ledger.flushing(claim.unit.id, claim.fence, QueuePosition(0, "e", "1"))
    told = len(seen)
    ledger.commit([final(claim) for claim in found], now=time.time())
    each = [claimed, told - claimed, len(seen) - told]
    return {name: round(n / GROUP, 2) for name, n in zip(("claim", "flushing", "commit"), each, strict=True)}


def claims_by_size(few: SqlDatabase, many: SqlDatabase) -> dict[str, Any]:
    """Median time of a claim out of 1,000 and out of 1,000,000 units of a run, in turns, and the plans."""
    sizes = {}
    began = time.perf_counter()
    for db, units in ((few, FEW), (many, MANY)):
        sizes[units] = (db, SqlLedger(db), fill(db, "sized", units, done=units // 2))
    filled = time.perf_counter() - began
    times: dict[int, list[float]] = {FEW: [], MANY: []}
    other: dict[str, float] = {}
    for turn in range(ROUNDS + 1):
        for units, (_, ledger, run) in sizes.items():
            took = _claims(ledger, run)
            if turn:  # the first round warms up
                times[units] += took
    for units, (_, ledger, run) in sizes.items():
        for name, ask in _looks(ledger, run).items():
            other[f"{name}_ms_{units}"] = round(1000 * _best(ask), 3)
    small, large = median(times[FEW]), median(times[MANY])
    return {
        "dialect": many.dialect,
        "filling_seconds": round(filled, 1),
        "claim_ms_1k": round(1000 * small, 3),
        "claim_ms_1M": round(1000 * large, 3),
        "ratio": round(large / small, 3),
        "looks": other,
        "plan": explain(many, sizes[MANY][2]),
    }


def _claims(ledger: SqlLedger, run: str) -> list[float]:
    took, found = [], []
    for _ in range(CLAIMS):
        began = time.perf_counter()
        claim = ledger.claim("w", run=run, now=time.time())
        took.append(time.perf_counter() - began)
        assert claim is not None, "the run has ready units and free slots"
        found.append(claim)
        if len(found) == SLOTS:
            ledger.commit([final(each) for each in found], now=time.time())
            found = []
    ledger.commit([final(each) for each in found], now=time.time())
    return took


def _looks(ledger: SqlLedger, run: str) -> dict[str, Callable[[], object]]:
    """What a scheduler and viewers ask all the time."""
    return {
        "expire": lambda: ledger.expire(now=time.time()),
        "advance": lambda: ledger.advance(run, now=time.time()),
        "outstanding": lambda: ledger.outstanding(run),
        "progress": lambda: ledger.progress(run),
        "holders": lambda: ledger.holders(run),
        "meters": lambda: ledger.meters(run),
    }


def _best(ask: Callable[[], object]) -> float:
    times = []
    for _ in range(5):
        began = time.perf_counter()
        ask()
        times.append(time.perf_counter() - began)
    return min(times)


def final(claim: Claim) -> Batch:
    return Batch(claim.unit.run, claim.unit.id, claim.fence, 1, ("table", "z"), receipt=Receipt(True, batches=1))


def fill(db: SqlDatabase, service: str, units: int, *, done: int) -> str:
    """A run of so many leaf units, the first ``done`` of them finished; returns its id."""
    ledger = SqlLedger(db)
    root = Start("service", Scope.of(service), [service, service, {}, None])
    run = ledger.open_run(Opening(service, "fake", {}, (root,), slots=SLOTS, deletes=False), now=time.time()).id
    claim = ledger.claim("filler", run=run, now=time.time())
    assert claim is not None
    parent = claim.unit.id
    with suppress(Retry):  # the unit is being stored: the commit says the same
        ledger.flushing(parent, claim.fence, QueuePosition(0, "filler", "1"))
    numbers, key = f"generate_series(1, {units}) AS n(i)", f"md5('{service}' || i::text)"
    if db.dialect == "sqlite":
        numbers, key = "numbers", "printf('%04x%028x', i % 65536, i)"
    values = (
        f"{key}, '{run}', '{service}', 'table', '[\"{service}\",\"db\",\"schema' || i || '\"]', '[null,null,null]', "
        f"'walk', 1, '{parent}', CASE WHEN i <= {done} THEN 'done' ELSE 'ready' END"
    )
    with db.write() as conn:
        recursive = f"WITH RECURSIVE numbers(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM numbers WHERE i < {units}) "
        text = (
            "INSERT INTO units (id, run, service, node, scope, span, phase, depth, parent, state) "
            f"{recursive if db.dialect == 'sqlite' else ''}SELECT {values} FROM {numbers}"
        )
        conn.exec_driver_sql(text if db.dialect == "sqlite" else text.replace("%", "%%"))
        conn.exec_driver_sql(f"UPDATE units SET outstanding = {units - done} WHERE id = '{parent}'")
        conn.exec_driver_sql(f"UPDATE tallies SET known = known + {units}, finished = finished + {done} WHERE lane = ("
                             f"SELECT min(lane) FROM tallies WHERE run = '{run}') AND run = '{run}'")  # fmt: skip
    return run


def explain(db: SqlDatabase, run: str) -> list[str]:
    """The plan of a claim, executed and undone on PostgreSQL."""
    queries = named_sql.load("workers.ledger", db.dialect)
    values = {"run": run, "queue": None, "now": time.time(), "fence": 1, "worker": "w", "lease": 60.0}
    with db.write() as conn:
        if db.dialect == "sqlite":
            rows = conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {queries['next_unit']}", values).all()
            return [str(row[3]) for row in rows]
        text = f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF) {queries['claim']}"
        rows = conn.exec_driver_sql(text, values).all()
        conn.rollback()
        return [str(row[0]) for row in rows]
