"""Rules about workers that share services: queues, pauses, pace, failing services, and a fair share for each run."""

from __future__ import annotations

import time

from specs.contracts.assignment import Opening
from specs.contracts.work import OUT_OF_MEMORY, Claim, Run
from specs.testing.ledger.harness import Harness, batch
from specs.testing.ledger.rules import Rules, schema
from specs.topology.events import Start
from specs.topology.scope import Scope


class SharingRules(Rules):
    """What holds across all workers, since it is decided inside the claim."""

    def begin(self, harness: Harness, service: str, units: int, *, slots: int = 2, **limits: float) -> Run:
        roots = [Start("schema", Scope.of(service, f"s{n}"), [f"s{n}", f"s{n}", {}, 1]) for n in range(units)]
        recipe = {"limits": limits}
        return harness.ledger.open_run(
            Opening(service, "fake", recipe, tuple(roots), slots=slots, deletes=False, via="cluster"), now=time.time()
        )

    def ask(self, harness: Harness, queue: str | None = None, later: float = 0.0) -> Claim | None:
        return harness.ledger.claim("w", queue=queue, now=time.time() + later)

    # -- queues ---------------------------------------------------------------------------------------------------
    def test_large_units_are_for_workers_with_much_memory(self, harness: Harness) -> None:
        big = Start("schema", Scope.of("shop", "big"), ["big", "big", {}, 1_000_000], estimate=1_000_000)
        self.open(harness, big, schema("a"), schema("b"), slots=4)
        harness.see("worker", "large")
        first = self.ask(harness, "large")
        assert first is not None
        assert first.unit.start == big
        assert harness.ledger.release(first.unit.id, first.fence, now=time.time())
        taken = [self.ask(harness, "small") for _ in range(3)]
        assert [claim and claim.unit.start for claim in taken] == [schema("a"), schema("b"), None]

    def test_without_such_workers_everybody_takes_large_units_last(self, harness: Harness) -> None:
        big = Start("schema", Scope.of("shop", "big"), ["big", "big", {}, 1_000_000], estimate=1_000_000)
        self.open(harness, big, schema("a"), slots=4)
        harness.see("worker", "large", ago=120.0)
        harness.see("worker", "small")
        taken = [self.ask(harness, "small") for _ in range(2)]
        assert [claim and claim.unit.start for claim in taken] == [schema("a"), big]

    def test_workers_with_much_memory_are_never_idle(self, harness: Harness) -> None:
        self.open(harness, schema("a"))
        claim = self.ask(harness, "large")
        assert claim is not None

    def test_who_runs_out_of_memory_twice_goes_to_workers_that_have_more(self, harness: Harness) -> None:
        self.open(harness, schema("a"))
        harness.see("worker", "large")
        for _ in range(2):
            claim = self.ask(harness, "small")
            assert claim is not None
            harness.ledger.abandon("w", reason=f"{OUT_OF_MEMORY}: 300 MB of 256 MB", now=time.time())
        assert self.ask(harness, "small") is None
        assert self.ask(harness, "large") is not None

    # -- pause ----------------------------------------------------------------------------------------------------
    def test_a_paused_run_gives_its_units_back_and_burns_nothing(self, harness: Harness) -> None:
        run = self.open(harness, schema("a"), schema("b"))
        claim = self.claim(harness)
        self.commit(harness, batch(claim, 1, "shop.a.x", cursor=("table", "x")))
        assert harness.ledger.pause(run.id).paused
        assert harness.ledger.claim("w", now=time.time()) is None
        assert harness.ledger.claim("w", run=run.id, now=time.time()) is None
        assert not harness.ledger.renew(claim.unit.id, claim.fence, now=time.time())
        assert harness.slots("shop") == [None, None]
        # what was on its way is still good
        assert self.commit(harness, batch(claim, 2, "shop.a.y", cursor=("table", "y"))) == ["applied"]
        assert harness.ledger.claim("w", now=time.time()) is None
        assert not harness.ledger.unpause(run.id).paused
        again = self.claim(harness)
        assert (again.unit, again.cursor) == (claim.unit, ("table", "y"))
        assert (again.attempts, again.crashes) == (0, 0)

    def test_a_closed_run_is_not_paused(self, harness: Harness) -> None:
        run = self.open(harness)
        ended = harness.ledger.end(run.id, state="cancelled", reason="by hand", now=time.time())
        assert harness.ledger.pause(run.id) == ended

    # -- pace -----------------------------------------------------------------------------------------------------
    def test_the_pace_of_a_service_holds_for_all_workers(self, harness: Harness) -> None:
        self.begin(harness, "slow", 5, slots=5, units_per_minute=2)
        assert self.ask(harness) is not None
        assert self.ask(harness) is not None  # one may be early
        assert self.ask(harness) is None
        self.begin(harness, "other", 1)
        claim = self.ask(harness)
        assert claim is not None
        assert claim.unit.service == "other"
        assert self.ask(harness) is None

    def test_a_fast_pace_lets_a_second_of_it_come_at_once(self, harness: Harness) -> None:
        self.begin(harness, "quick", 30, slots=30, units_per_minute=600)
        taken = 0
        while taken < 30 and self.ask(harness) is not None:
            taken += 1
        assert 10 <= taken < 30

    # -- services that fail ---------------------------------------------------------------------------------------
    def trip(self, harness: Harness, service: str, failures: int = 5) -> None:
        for _ in range(failures):
            harness.ledger.report(service, False, time.time(), "connection refused")

    def test_a_service_that_keeps_failing_is_left_alone(self, harness: Harness) -> None:
        self.begin(harness, "down", 3)
        self.begin(harness, "up", 1)
        self.trip(harness, "down", 4)
        harness.ledger.report("down", True, time.time())
        self.trip(harness, "down", 4)
        harness.ledger.report("up", False, time.time())
        claim = self.ask(harness)
        assert claim is not None
        harness.ledger.release(claim.unit.id, claim.fence, now=time.time())
        self.trip(harness, "down", 1)
        claim = self.ask(harness)
        assert claim is not None
        assert claim.unit.service == "up"
        assert self.ask(harness) is None

    def test_one_unit_finds_out_whether_the_service_is_back(self, harness: Harness) -> None:
        run = self.begin(harness, "down", 3)
        self.trip(harness, "down")
        harness.reopen("down")
        trial = self.ask(harness)
        assert trial is not None
        assert self.ask(harness) is None
        assert self.commit(harness, batch(trial, 1, "down.s0.t", done=True)) == ["applied"]
        assert self.ask(harness) is not None
        assert self.ask(harness) is not None
        assert harness.ledger.run(run.id).open

    def test_a_service_that_never_comes_back_fails_its_run(self, harness: Harness) -> None:
        run = self.begin(harness, "down", 3)
        self.trip(harness, "down", 19)
        assert harness.ledger.run(run.id).open
        self.trip(harness, "down", 1)
        closed = harness.ledger.run(run.id)
        assert closed.state == "failed"
        assert "connection refused" in closed.reason
        self.begin(harness, "down", 1)
        assert self.ask(harness) is not None

    def test_runs_of_one_command_are_not_held_up_by_failures(self, harness: Harness) -> None:
        run = self.open(harness, schema("a"), via="embedded")
        self.trip(harness, "shop", 7)
        assert harness.ledger.run(run.id).open
        assert self.claim(harness, run)

    def test_a_run_of_one_command_gives_up_sooner(self, harness: Harness) -> None:
        run = self.open(harness, schema("a"), via="embedded")
        self.trip(harness, "shop", 7)
        claim = self.claim(harness, run)
        assert self.commit(harness, batch(claim, 1, "shop.a.t")) == ["applied"]
        self.trip(harness, "shop", 7)
        assert harness.ledger.run(run.id).open, "what was stored in between is an answer"
        self.trip(harness, "shop", 1)
        closed = harness.ledger.run(run.id)
        assert closed.state == "failed"
        assert "shop failed 8 times in a row: connection refused" in closed.reason

    # -- fairness -------------------------------------------------------------------------------------------------
    def test_no_service_starves(self, harness: Harness) -> None:
        self.begin(harness, "big", 40, slots=8)
        self.begin(harness, "small", 2, slots=1)
        taken = [self.ask(harness) for _ in range(2)]
        assert sorted(claim.unit.service for claim in taken if claim) == ["big", "small"]

    # -- meters ---------------------------------------------------------------------------------------------------
    def test_what_goes_wrong_is_counted(self, harness: Harness) -> None:
        run = self.open(harness, schema("a"), schema("b"))
        first = self.claim(harness, lease=0.0)
        self.expire(harness)
        self.claim(harness)
        assert self.commit(harness, batch(first, 1, "shop.a")) == ["fenced"]
        harness.ledger.abandon("w", reason="killed", now=time.time())
        assert harness.meters(run.id) == (1, 1, 1)
