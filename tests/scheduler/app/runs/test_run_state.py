"""An open run is running only while somebody works on it."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from scheduler.app.runs.crawl import resume
from scheduler.app.runs.results import status
from scheduler.app.runs.run_state import state_of
from scheduler.control.reconciler import inherit
from specs.contracts.assignment import Opening
from specs.contracts.work import Run, Via
from specs.errors import UsageError
from specs.recipe.recipe import Recipe
from specs.topology.events import Start
from specs.topology.scope import Scope
from workers.ledger import SqlLedger
from workers.process import liveness
from workers.store.database import open_database

RECIPE = Recipe.from_dict({"service": {"name": "shop", "type": "specs.testing.fake:spec"}})


@pytest.fixture
def ledger() -> Iterator[SqlLedger]:
    db = open_database("sqlite://")
    yield SqlLedger(db)
    db.close()


def opened(ledger: SqlLedger, via: Via = "embedded") -> Run:
    root = Start("service", Scope.of("shop"), ["shop", "shop", {}, None])
    return ledger.open_run(
        Opening("shop", "fake", RECIPE.to_dict(), (root,), slots=1, deletes=False, via=via), now=time.time()
    )


def test_a_run_whose_process_is_gone_is_interrupted(ledger: SqlLedger) -> None:
    run = opened(ledger)
    assert state_of(ledger, run) == "interrupted", "nobody began to work on it"
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    ledger.own(run.id, liveness.name(process.pid))
    assert state_of(ledger, ledger.run(run.id)) == status(ledger, ledger.run(run.id)) == "running"
    process.kill()
    process.wait()
    assert state_of(ledger, ledger.run(run.id)) == status(ledger, ledger.run(run.id)) == "interrupted"


def test_of_another_machine_only_the_leases_tell(ledger: SqlLedger) -> None:
    run = opened(ledger)
    ledger.own(run.id, "elsewhere.0123:1:2")
    assert state_of(ledger, ledger.run(run.id)) == "interrupted"
    claim = ledger.claim("elsewhere.0123:1:2", run=run.id, now=time.time())
    assert claim is not None
    assert state_of(ledger, ledger.run(run.id)) == "running"
    assert ledger.renew(claim.unit.id, claim.fence, lease=0.0, now=time.time())
    assert state_of(ledger, ledger.run(run.id)) == "interrupted", "its lease ran out"


def test_who_asks_about_his_own_run_has_stopped_working_on_it(ledger: SqlLedger) -> None:
    run = opened(ledger)
    ledger.own(run.id, liveness.name())
    assert state_of(ledger, ledger.run(run.id)) == "interrupted"


def test_a_cluster_goes_on_with_its_runs(ledger: SqlLedger) -> None:
    run = opened(ledger, "cluster")
    assert state_of(ledger, run) == "running"
    assert state_of(ledger, ledger.pause(run.id)) == "paused"
    assert state_of(ledger, ledger.end(run.id, state="cancelled", reason="", now=time.time())) == "cancelled"


def test_a_run_that_is_at_work_is_not_resumed_beside_it(tmp_path: object) -> None:
    url = f"sqlite:///{tmp_path}/c.db"
    db = open_database(url)
    ledger = SqlLedger(db)
    run = opened(ledger)
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    ledger.own(run.id, liveness.name(process.pid))
    try:
        with pytest.raises(UsageError, match=f"run {run.id} is at work"):
            resume(run.id, catalog=url)
    finally:
        process.kill()
        process.wait()
        db.close()
    assert resume(run.id, catalog=url).status == "complete"


def test_what_another_machine_held_is_taken_over_when_its_lease_stays_overdue(ledger: SqlLedger) -> None:
    run, elsewhere = opened(ledger), "elsewhere.0123:1:2"
    ledger.own(run.id, elsewhere)
    assert ledger.claim(elsewhere, run=run.id, lease=0.0, now=time.time()) is not None
    assert inherit(ledger, run.id, grace=0.01, sleep=lambda seconds: time.sleep(0.02)) == set()
    assert ledger.claim("here", run=run.id, now=time.time()) is not None


def test_who_renews_while_another_waits_for_the_run_keeps_it(ledger: SqlLedger) -> None:
    run, elsewhere = opened(ledger), "elsewhere.0123:1:2"
    claim = ledger.claim(elsewhere, run=run.id, lease=0.0, now=time.time())
    assert claim is not None

    def renews(seconds: float) -> None:
        assert ledger.renew(claim.unit.id, claim.fence, now=time.time())

    assert inherit(ledger, run.id, sleep=renews) == {elsewhere}
