"""Any order of calls and mishaps: workers that die or linger, two flushers, lost, late and repeated batches."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from specs.contracts.assignment import Opening
from specs.contracts.work import Batch, Claim, QueuePosition, Unit
from specs.testing.ledger.harness import FINISHED, Harness, UnitFacts
from specs.testing.ledger.state_machine import script

SHARDS = 2
SLOTS = 3
DELAY = 0.001
WORKERS = st.sampled_from(["w1", "w2", "w3"])
_services = itertools.count()


@dataclass
class _Hold:
    """A unit in the hands of a worker that may not know yet that it lost it."""

    worker: str
    claim: Claim
    step: int
    seq: int = 1


class LedgerMachine(RuleBasedStateMachine):
    """Bind ``make`` to what opens a harness; every example crawls a service of its own."""

    make: ClassVar[Callable[[], Harness]]

    def __init__(self) -> None:
        super().__init__()
        self.harness = type(self).make()
        self.ledger = self.harness.ledger
        self.holds: list[_Hold] = []
        self.queues: list[list[tuple[int, Batch]]] = [[] for _ in range(SHARDS)]
        self.sent: list[Batch] = []
        self.ids = itertools.count(1)
        self.epoch = 0
        self.fences: dict[str, int | None] = {}
        self.applied: dict[tuple[str, int], int] = {}
        self.finals: set[tuple[str, int]] = set()
        self.failed: set[str] = set()
        self.units: dict[str, Unit] = {}
        self.paused = False
        self.closed: Any = None

    @initialize()
    def open(self) -> None:
        self.service = f"service{next(_services)}"
        roots = [script.later(self.service), script.root(self.service)]
        self.run = self.ledger.open_run(
            Opening(self.service, "fake", {}, tuple(roots), slots=SLOTS, deletes=False, via="cluster"), now=time.time()
        )

    # -- workers --------------------------------------------------------------------------------------------------
    @rule(worker=WORKERS, lease=st.sampled_from([0.0, 60.0]))
    def claim(self, worker: str, lease: float) -> None:
        claim = self.ledger.claim(worker, run=self.run.id, lease=lease, now=time.time())
        if claim is not None:
            assert claim.unit.run == self.run.id
            assert not self.paused, "claimed out of a paused run"
            assert self.fences.get(claim.unit.id) != claim.fence
            self._claimed(claim)
            self.holds.append(_Hold(worker, claim, script.at(claim)))

    def _claimed(self, claim: Claim) -> None:
        self.fences[claim.unit.id] = claim.fence
        self.units[claim.unit.id] = claim.unit
        assert script.may_begin(claim.unit, self.harness.units(self.run.id)), "claimed before the metadata is stored"
        if claim.unit.phase == "post":
            below = [unit.state for unit in self.harness.units(self.run.id) if unit.parent == claim.unit.id]
            assert FINISHED.issuperset(below), "post_process before the descendants are finished"

    def _hold(self, data: st.DataObject) -> _Hold:
        return data.draw(st.sampled_from(self.holds))

    @precondition(lambda self: self.holds)
    @rule(data=st.data(), lose=st.sampled_from([False, False, True]), tell=st.booleans())
    def emit(self, data: st.DataObject, lose: bool, tell: bool) -> None:
        """Emit the next batch; now and then it gets lost, and now and then the worker dies before ``flushing``."""
        self._emit(self._hold(data), lose, tell)

    @precondition(lambda self: self.holds)
    @rule()
    def emit_everything(self) -> None:
        """All workers go on to the end of their units."""
        while self.holds:
            self._emit(self.holds[0], lose=False, tell=True)

    def _emit(self, hold: _Hold, lose: bool, tell: bool) -> None:
        batch = script.emit(hold.claim, hold.step, hold.seq)
        id_ = next(self.ids)
        shard = len(hold.claim.unit.start.scope.path) % SHARDS  # ids differ from run to run; histories must not
        if not lose:
            self.queues[shard].append((id_, batch))
            self.sent.append(batch)
        if script.last(hold.claim, hold.step):
            self.holds.remove(hold)
            if tell:
                self.ledger.flushing(batch.unit, batch.fence, QueuePosition(shard, str(self.epoch), str(id_)))
        hold.step += 1
        hold.seq += 1

    @precondition(lambda self: self.holds)
    @rule(data=st.data(), lease=st.sampled_from([0.0, 60.0]))
    def renew(self, data: st.DataObject, lease: float) -> None:
        claim = self._hold(data).claim
        if not self.ledger.renew(claim.unit.id, claim.fence, lease=lease, progress="…", now=time.time()):
            self.holds = [hold for hold in self.holds if hold.claim is not claim]

    @precondition(lambda self: self.holds)
    @rule(data=st.data())
    def touch(self, data: st.DataObject) -> None:
        claim = self._hold(data).claim
        self.ledger.touch(claim.unit.id, claim.fence, "table", self.service, "key")

    @precondition(lambda self: self.holds)
    @rule(
        data=st.data(),
        delay=st.sampled_from([0.0, 0.0, DELAY]),
        failed=st.sampled_from([False, False, False, True]),
        twice=st.booleans(),
    )
    def release(self, data: st.DataObject, delay: float, failed: bool, twice: bool) -> None:
        hold = self._hold(data)
        self.holds.remove(hold)
        unit, fence = hold.claim.unit.id, hold.claim.fence
        for _ in range(2 if twice else 1):
            if self.ledger.release(unit, fence, delay=delay, failed=failed, reason="r", now=time.time()):
                self.failed |= {unit} if failed else set()

    @rule(worker=WORKERS)
    def abandon(self, worker: str) -> None:
        self.ledger.abandon(worker, reason="killed", now=time.time())
        self.holds = [hold for hold in self.holds if hold.worker != worker]

    @rule()
    def expire(self) -> None:
        """Workers whose lease ran out linger: they go on emitting under a dead fence."""
        time.sleep(2 * DELAY)
        self.ledger.expire(now=time.time(), grace=0.0)

    # -- flushers -------------------------------------------------------------------------------------------------
    @rule(shard=st.integers(0, SHARDS - 1), n=st.integers(1, 6), answered=st.booleans())
    def flush(self, shard: int, n: int, answered: bool) -> None:
        """Commit the first batches of a shard; without an answer they are delivered again later."""
        taken = self.queues[shard][:n]
        self._commit([batch for _, batch in taken])
        if answered:
            del self.queues[shard][: len(taken)]
            before = str(self.queues[shard][0][0]) if self.queues[shard] else None
            if before is not None:
                self.ledger.lost(str(self.epoch), shard=shard, before=before, now=time.time())

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def late(self, data: st.DataObject) -> None:
        """A second flusher commits something old, or something out of order."""
        self._commit([data.draw(st.sampled_from(self.sent))])

    @rule()
    def wipe(self) -> None:
        self.queues = [[] for _ in range(SHARDS)]
        self.ledger.lost(str(self.epoch), now=time.time())
        self.epoch += 1

    def _commit(self, batches: list[Batch]) -> None:
        for batch, result in zip(batches, self.ledger.commit(batches, now=time.time()), strict=True):
            if result == "gap":
                assert self.fences[batch.unit] == batch.fence
                self.fences[batch.unit] = None
            if result != "applied":
                continue
            place = (batch.unit, batch.fence)
            assert self.fences[batch.unit] == batch.fence, "stored under a dead fence"
            assert self.applied.get(place, 0) == batch.seq - 1, "not contiguous"
            assert batch.unit not in self.failed, "stored into a failed unit"
            assert place not in self.finals, "stored behind the final batch"
            assert self.closed is None, "stored into a closed run"
            self.applied[place] = batch.seq
            if batch.receipt is not None:
                self.finals.add(place)

    # -- people and services --------------------------------------------------------------------------------------
    @rule(paused=st.booleans())
    def pause(self, paused: bool) -> None:
        """Pause the run or let it go on; its workers learn that from their next renewal."""
        run = self.ledger.pause(self.run.id) if paused else self.ledger.unpause(self.run.id)
        self.paused = run.paused if run.open else self.paused

    @rule(times=st.sampled_from([1, 5]), ok=st.booleans())
    def report(self, times: int, ok: bool) -> None:
        """The source fails, or answers again; a source that fails for too long has failed for good."""
        for _ in range(times):
            self.ledger.report(self.service, ok, time.time(), "refused")
        run = self.ledger.run(self.run.id)
        if self.closed is None and not run.open:
            assert (run.state, "refused" in run.reason) == ("failed", True)
            self.closed = run

    # -- the run --------------------------------------------------------------------------------------------------
    @rule()
    def advance(self) -> None:
        run = self.ledger.advance(self.run.id, now=time.time())
        if self.closed is not None:
            assert run == self.closed, "a closed run changed"
        elif not run.open:
            self.closed = run

    @invariant()
    def holds_together(self) -> None:
        units = self.harness.units(self.run.id)
        for unit in units:
            children = [each for each in units if each.parent == unit.id]
            assert unit.outstanding == sum(each.state not in FINISHED for each in children), "outstanding is wrong"
            assert unit.state != "done" or not unit.outstanding
            assert unit.seconds >= 0
        unfinished = sum(unit.state not in FINISHED and unit.state != "held" for unit in units)
        assert self.harness.outstanding(self.run.id) == unfinished, "the totals are wrong"
        at_work = sorted(unit.id for unit in units if unit.state == "running")
        taken = sorted(unit for unit in self.harness.slots(self.service) if unit is not None)
        assert at_work == taken, "slots are wrong"
        stored = [fqn for fqn, _ in self.harness.stored(self.run.id)]
        for unit in units:
            self._posted(unit, units, set(stored))
        assert len(stored) == len(set(stored)), "stored twice"
        listed = sum(each["listed"] for each in self.harness.counts(self.run.id).values())
        assert listed == len(stored), "receipts do not add up"

    def _posted(self, unit: UnitFacts, units: Sequence[UnitFacts], stored: set[str]) -> None:
        """What a post_process stores is there once the unit is done, and never before all below it are finished."""
        known = self.units.get(unit.id)
        if known is None or not script.posts(known.depth):
            return
        there = f"{known.start.scope.fqn}.post" in stored
        assert there or unit.state != "done", "done without its post_process"
        below = [each.state for each in units if each.parent == unit.id]
        assert not there or FINISHED.issuperset(below), "post_process too early"

    def teardown(self) -> None:
        """Whatever happened, honest workers bring the run to its end, and everything is there once."""
        try:
            if hasattr(self, "run"):
                self._finish()
        finally:
            self.harness.close()

    def _finish(self) -> None:
        for worker in ("w1", "w2", "w3"):
            self.ledger.abandon(worker, reason="end", now=time.time())
        self.wipe()
        self.pause(False)
        self.report(1, True)
        for _ in range(100):
            self.ledger.expire(now=time.time(), grace=0.0)
            if not self._work():
                self.advance()
                if self.closed is not None:
                    break
                time.sleep(DELAY)
        self.holds_together()
        assert self.closed is not None, "the run never ended"
        units = self.harness.units(self.run.id)
        stored = {fqn for fqn, _ in self.harness.stored(self.run.id)}
        assert stored <= script.everything(self.service)
        if all(unit.state == "done" for unit in units):
            assert stored == script.everything(self.service)
            assert self.closed.state == "complete"
        else:
            assert self.closed.state in ("partial", "failed")

    def _work(self) -> bool:
        """Claim what the slots allow, walk it to the end, and commit all of it in one call."""
        batches: list[Batch] = []
        while claim := self.ledger.claim("last", run=self.run.id, now=time.time()):
            self._claimed(claim)
            for seq, step in enumerate(range(script.at(claim), 10), start=1):
                batches.append(script.emit(claim, step, seq))
                if script.last(claim, step):
                    break
        self._commit(batches)
        return bool(batches)


def machine(factory: Callable[[], Harness]) -> type[LedgerMachine]:
    """A state machine over ledgers that ``factory`` opens; ``.TestCase`` is what pytest runs."""
    return type("Machine", (LedgerMachine,), {"make": staticmethod(factory)})
