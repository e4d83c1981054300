"""What the ledger answers about a run, and what a retry starts from."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from specs.contracts.assignment import Opening
from specs.contracts.work import Claim, Counts, QueuePosition, Receipt, Run
from specs.testing.ledger import batch
from specs.topology.events import Coverage, Start
from specs.topology.node import Outcome
from specs.topology.scope import KeyRange, Scope
from tests.workers.ledger.harness import SqlHarness
from workers.ledger import SqlLedger
from workers.ledger.answers.views import Failure, Incomplete
from workers.store.database import open_database

SALES = Scope.of("shop", "sales")


@pytest.fixture
def ledger() -> Iterator[SqlLedger]:
    harness = SqlHarness(open_database("sqlite://"))
    yield harness.ledger
    harness.close()


def opened(ledger: SqlLedger, *names: str) -> Run:
    roots = [Start("schema", Scope.of("shop", name), [name, name, {}, None]) for name in names]
    return ledger.open_run(Opening("shop", "fake", {}, tuple(roots), slots=4, deletes=False), now=time.time())


def claimed(ledger: SqlLedger, run: Run) -> Claim:
    claim = ledger.claim("w", run=run.id, now=time.time())
    assert claim is not None
    return claim


def failed(key: str, reason: str = "lock") -> tuple[Outcome, str, str]:
    return Outcome("failed", "Table", f"shop.sales.{key}", key, reason, f"{key} is locked"), "table", "shop.sales"


def troubled(ledger: SqlLedger) -> Run:
    """A run with failed objects, a broken listing, and a failed unit."""
    run = opened(ledger, "sales", "audit", "hr")
    sales, audit, hr = (claimed(ledger, run) for _ in range(3))
    first = batch(sales, 1, "shop.sales.a", outcomes=[failed("t1"), failed("t3")], statements=7, peak_rss=50)
    first.counts = {"Table": Counts(listed=3, sent=1, failed=2)}
    second = batch(sales, 2, done=True, statements=2, peak_rss=40, filtered={("Table", "tables.exclude: x"): 4})
    second.counts = {"Table": Counts(listed=4, filtered=4)}
    second.coverages = [Coverage("table", SALES)]
    ledger.commit([first, second], now=time.time())
    broken = batch(audit, 1, statements=1)
    broken.coverages = [Coverage("table", Scope.of("shop", "audit"), KeyRange("m"), "may not read", "denied")]
    broken.receipt = Receipt(False, "may not read", 1)
    ledger.commit([broken], now=time.time())
    ledger.release(hr.unit.id, hr.fence, failed=True, reason="connection lost 5 times", now=time.time())
    return ledger.advance(run.id, now=time.time())


def test_a_run_tells_what_is_missing_and_why(ledger: SqlLedger) -> None:
    run = troubled(ledger)
    assert run.state == "partial"
    assert ledger.incomplete(run.id) == [
        Incomplete("table", "shop.audit", "denied", "may not read"),
        Incomplete("schema", "shop.hr", "failed", "connection lost 5 times"),
    ]
    assert run.reason == "shop.audit table: may not read; shop.hr schema: connection lost 5 times; 2 objects failed"
    assert list(ledger.failures(run.id)) == [
        Failure("Table", "shop.sales.t1", "t1", "lock", "t1 is locked", 1, "table", "shop.sales"),
        Failure("Table", "shop.sales.t3", "t3", "lock", "t3 is locked", 1, "table", "shop.sales"),
    ]
    assert ledger.filtered(run.id) == {("Table", "tables.exclude: x"): 4}
    assert ledger.reconcile(run.id, {"Table": 1}) == []
    assert ledger.reconcile(run.id, {"Table": 2}) == ["Table: 1 emitted, but 2 stored"]
    assert (ledger.statements(run.id), ledger.peak_rss(run.id)) == (10, 50)


def test_a_retry_starts_where_something_is_missing(ledger: SqlLedger) -> None:
    run = troubled(ledger)
    assert ledger.retry_starts(run.id) == [
        Start("schema", Scope.of("shop", "hr"), ["hr", "hr", {}, None]),
        Start("table", Scope.of("shop", "audit"), range=KeyRange("m")),
        Start("table", SALES, range=KeyRange("t", "t3", ("t1", "t3"))),
    ]


def test_a_retried_object_starts_as_a_single_key(ledger: SqlLedger) -> None:
    run = opened(ledger, "sales")
    claim = claimed(ledger, run)
    ledger.commit([batch(claim, 1, outcomes=[failed("a.b")], done=True)], now=time.time())
    assert ledger.retry_starts(run.id) == [Start("table", SALES, range=KeyRange.single("a.b"))]


def test_numbers_that_do_not_add_up_are_told(ledger: SqlLedger) -> None:
    run = opened(ledger, "sales")
    liar = batch(claimed(ledger, run), 1, "shop.sales.a", done=True)
    liar.counts = {"Table": Counts(listed=3, sent=1)}
    ledger.commit([liar], now=time.time())
    wrong = "Table: 3 listed, but 1 emitted + 0 unchanged + 0 filtered + 0 failed + 0 gone = 1"
    assert ledger.reconcile(run.id) == [wrong]


def test_progress_tells_what_is_known_done_and_in_hands(ledger: SqlLedger) -> None:
    run = opened(ledger, "sales", "audit", "hr")
    sales, audit = claimed(ledger, run), claimed(ledger, run)
    ledger.commit([batch(sales, 1, "shop.sales.a", "shop.sales.b", done=True)], now=time.time())
    progress = ledger.progress(run.id)
    assert (progress.known, progress.done, progress.entities, progress.failures) == (3, 1, 2, 0)
    assert progress.states == {"ready": 1, "running": 1}
    assert progress.scopes == ("shop.audit",)
    assert ledger.outstanding(run.id) == 2
    assert ledger.holders(run.id) == ({"w"}, set())
    ledger.flushing(audit.unit.id, audit.fence, QueuePosition(0, "pipe-1", "1"))
    assert ledger.holders(run.id) == (set(), {"pipe-1"})


def test_next_due_is_the_first_lease_or_delay(ledger: SqlLedger) -> None:
    run = opened(ledger, "sales", "audit")
    assert ledger.next_due(run.id, now=1000.0) is None
    first = ledger.claim("w", run=run.id, lease=60.0, now=1000.0)
    assert first is not None
    assert ledger.next_due(run.id, now=1000.0) == 60.0
    ledger.release(first.unit.id, first.fence, delay=5.0, now=1000.0)
    assert ledger.next_due(run.id, now=1001.0) == 4.0
    assert ledger.next_due(run.id, now=1009.0) == 0.0


def test_units_are_listed_in_order_and_by_state(ledger: SqlLedger) -> None:
    run = opened(ledger, *(f"s{n:04}" for n in range(1500)))
    claim = claimed(ledger, run)
    ledger.renew(claim.unit.id, claim.fence, progress="half of it", now=time.time())
    units = list(ledger.units(run.id))
    assert [unit.scope for unit in units] == [f"shop.s{n:04}" for n in range(1500)]
    running = list(ledger.units(run.id, {"running"}))
    assert [(unit.id, unit.progress) for unit in running] == [(claim.unit.id, "half of it")]
    assert ledger.slowest(run.id, 1)[0].id in {unit.id for unit in units}
    assert ledger.start(claim.unit.id) == claim.unit.start


def test_runs_are_listed_newest_first(ledger: SqlLedger) -> None:
    first, second = opened(ledger, "a"), opened(ledger, "a")
    assert [run.id for run in ledger.runs()] == [second.id, first.id]
    assert ledger.runs("other") == []
    assert [run.id for run in ledger.runs("shop", limit=1)] == [second.id]


def test_a_run_id_is_short_and_safe_to_type(ledger: SqlLedger) -> None:
    run = ledger.open_run(Opening("odd name/Ünï'", "fake", {}, (), slots=1, deletes=False), now=1795382130.0)
    stamp, clock, service, letters = run.id.split("-")
    assert (stamp, clock, service, len(letters)) == ("20261122", "211530", "odd_name_n", 4)
    assert ledger.advance(run.id, now=0.0).state == "complete"
