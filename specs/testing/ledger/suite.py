"""One test per rule of the ledger."""

from __future__ import annotations

import time

import pytest

from specs.contracts.work import Verdict
from specs.errors import UsageError
from specs.service_spec import METADATA
from specs.testing.ledger.commits import CommitRules
from specs.testing.ledger.evidence import EvidenceRules
from specs.testing.ledger.harness import Harness, batch
from specs.testing.ledger.parts import PartRules
from specs.testing.ledger.rules import SERVICE, Rules
from specs.testing.ledger.sharing import SharingRules
from specs.testing.ledger.units import UnitRules


class RunRules(Rules):
    """Runs: opened, identified, confirmed, closed."""

    def test_a_run_is_read_back_as_it_was_opened(self, harness: Harness) -> None:
        run = self.open(harness, parent="earlier", deletes=False)
        assert run == harness.ledger.run(run.id)
        assert (run.service, run.service_type, run.recipe, run.parent) == ("shop", "fake", {"a": "ü"}, "earlier")
        assert run.open
        with pytest.raises(UsageError, match=run.id):
            harness.ledger.run("nothing")

    def test_how_a_run_was_opened_is_told(self, harness: Harness) -> None:
        before = time.time()
        run = self.open(harness, schedule="nightly", deadline=3600.0, accept_identity=True)
        assert (run.via, run.schedule, run.accept_identity, run.paused) == ("cluster", "nightly", True, False)
        assert run.deadline_at is not None
        assert abs(run.deadline_at - before - 3600) < 60
        plain = self.open(harness, via="embedded")
        assert (plain.via, plain.schedule, plain.accept_identity) == ("embedded", None, False)
        assert plain.deadline_at is None

    def test_workers_of_a_cluster_leave_other_runs_alone(self, harness: Harness) -> None:
        run = self.open(harness, via="embedded")
        assert harness.ledger.claim("w", now=time.time()) is None
        assert self.claim(harness, run).unit.run == run.id

    def test_a_newer_run_supersedes_the_open_one(self, harness: Harness) -> None:
        old = self.open(harness)
        claim = self.claim(harness)
        new = self.open(harness)
        assert harness.ledger.run(old.id).state == "superseded"
        assert self.state(harness, claim) == "cancelled"
        assert not harness.ledger.renew(claim.unit.id, claim.fence, now=time.time())
        assert self.commit(harness, batch(claim, 1, "shop.a")) == ["fenced"]
        assert self.claim(harness).unit.run == new.id

    def test_an_ended_run_is_immutable(self, harness: Harness) -> None:
        run = self.open(harness)
        claim = self.claim(harness)
        ended = harness.ledger.end(run.id, state="failed", reason="wrong password", now=time.time())
        assert (ended.state, ended.reason) == ("failed", "wrong password")
        assert harness.ledger.end(run.id, state="cancelled", reason="again", now=time.time()) == ended
        assert self.commit(harness, batch(claim, 1, "shop.a", done=True)) == ["fenced"]
        assert not harness.ledger.release(claim.unit.id, claim.fence, now=time.time())
        assert harness.ledger.advance(run.id, now=time.time()) == ended
        assert harness.ledger.claim("w", now=time.time()) is None
        assert harness.stored(run.id) == []

    def test_suspects_are_asked_for_before_the_run_closes(self, harness: Harness) -> None:
        run = self.open(harness)
        claim = self.claim(harness)
        self.commit(harness, batch(claim, 1, "shop", done=True))
        harness.suspects = [
            (METADATA, SERVICE, [("Table", "shop.x"), ("Table", "shop.y")]),
            (METADATA, SERVICE, [("Table", "shop.z")]),
        ]
        assert harness.ledger.advance(run.id, now=time.time()).state == "confirming"
        assert harness.ledger.advance(run.id, now=time.time()).state == "confirming"
        asked = []
        for _ in range(2):
            confirm = self.claim(harness)
            assert (confirm.unit.phase, confirm.unit.start.node) == ("confirm", "confirm")
            found = harness.ledger.suspects(confirm.unit.id)
            asked += found
            verdicts = [Verdict(type_, fqn, "no") for type_, fqn in found]
            self.commit(harness, batch(confirm, 1, done=True, verdicts=verdicts))
        assert sorted(asked) == [("Table", "shop.x"), ("Table", "shop.y"), ("Table", "shop.z")]
        assert len(harness.verdicts(run.id)) == 3
        assert harness.ledger.advance(run.id, now=time.time()).state == "complete"

    def test_a_retry_deletes_nothing(self, harness: Harness) -> None:
        run = self.open(harness, deletes=False)
        self.commit(harness, batch(self.claim(harness), 1, "shop", done=True))
        harness.suspects = [(METADATA, SERVICE, [("Table", "shop.x")])]
        assert harness.ledger.advance(run.id, now=time.time()).state == "complete"


class LedgerSuite(EvidenceRules, PartRules, RunRules, UnitRules, CommitRules, SharingRules):
    """Subclass it and give the fixture ``harness``."""
