"""Runs one claimed unit to its receipt, across lost connections, or releases it with a reason."""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from functools import cache, partial
from typing import TYPE_CHECKING

from specs.contracts.assignment import Assignment
from specs.contracts.work import Claim, Lost
from specs.errors import Fatal, Retry
from specs.errors.mistakes import told
from specs.recipe.allow_list import mask
from specs.recipe.declared_settings import secret_texts
from specs.service_spec import METADATA
from specs.sources.base import Source
from specs.topology.read_mode import ReadMode
from workers.process.governor import share
from workers.process.governor.budget import MARGIN_BYTES, given
from workers.process.governor.memory import Guard, give_back, rss
from workers.process.logs import context
from workers.store.retries import jitter, patiently
from workers.unit.emitter import Emitter
from workers.unit.host import Lane, WorkerHost
from workers.unit.isolation import Isolation
from workers.unit.lease.heartbeat import Heartbeat, HeldUnit
from workers.unit.source.arrivals import Arrivals
from workers.unit.source.slice_width import SliceWidth
from workers.unit.source.source_pool import SourcePool
from workers.unit.source.sources import build, reading, topology
from workers.unit.times import LONGEST_DELAY_SECONDS
from workers.unit.unit_work import Stopping, Tight, UnitWork

if TYPE_CHECKING:
    from specs.contracts.parts.resolver import Resolver

TRIES = 3
"""Most tries in a row without progress, within one claim, when no smaller slice can be read."""
ATTEMPTS = 5
"""Claims that ended in an error after which the unit has failed."""
BEGINNINGS = 3
"""Claims of a root unit whose source never answered after which a cluster's run fails."""
WHOLE_RUN = frozenset({"catalog", "queue", "internal", "identity", "history"})
"""Reasons of ``Fatal`` that are no part's own: what we ourselves need is missing, or the server is another one."""
log = logging.getLogger("headrace.worker")


OURS = frozenset({"memory", "backpressure", "queue", "full", "catalog", "collision"})
"""Reasons of ``Retry`` that are not the source's fault."""


class Runner:
    """Runs the units of one run, one at a time."""

    def __init__(self, assignment: Assignment, host: WorkerHost, heartbeat: Heartbeat) -> None:
        self._host, self._heartbeat, self._budget = host, heartbeat, assignment.budget
        self._sources = SourcePool(partial(_opened, assignment, host.resolver))
        self._typed = tuple(assignment.secrets.values())
        self._first, self._several = assignment.recipe.parts[0], len(assignment.recipe.parts) > 1
        self._narrowing = SliceWidth()
        machine = share(1, memory=given())
        self._beside = host.beside or machine.beside
        self._lane = Lane(
            host, cache(partial(topology, assignment.recipe)), assignment.budget,
            Guard(host.soft or max(machine.soft, rss() + MARGIN_BYTES)),
            Arrivals(host.ledger, host.stop, accept=assignment.accept_identity),
        )  # fmt: skip

    def run(self, claim: Claim) -> None:
        """Work on a claim until its receipt is emitted or the unit is released. Raises ``Fatal`` when the run cannot go
        on; when only its part cannot, the part ends."""
        unit = claim.unit
        with context(run=unit.run, unit=unit.id, fence=claim.fence), self._heartbeat.hold(claim) as held:
            emitter = Emitter(self._host.line, unit.id, claim.fence, stop=self._host.stop, waiting=held.waiting)
            work = UnitWork(claim, self._lane, emitter, held)
            try:
                self._tries(claim, work, held)
            except Lost:
                return
            except Stopping:
                emitter.settle()
                self._release(claim, reason="")
            except Tight:  # counts as no failed attempt: every claim makes progress by what it emitted before
                emitter.settle()
                self._release(claim, reason="out of memory: the rest was given back")
            except Retry as error:
                self._later(claim, emitter, error, fruitless=claim.cursor == () and not work.children)
            except Fatal as error:
                if not self._ends_its_part(claim, error):
                    raise
                emitter.settle()
                self._end_part(claim, str(error))
            except Exception as error:  # a bug in a connector or in Headrace: the unit fails with it as the reason
                self._release(claim, reason=mask(told(error), work.secrets), failed=True)

    def rest(self) -> None:
        """Close the connection to the source, because there is no unit to run for now."""
        self._sources.close()

    def _tries(self, claim: Claim, work: UnitWork, held: HeldUnit) -> None:
        careful = reading(claim, self._host.ledger, alone=self._host.lanes == 1, beside=self._beside)
        self._narrowing.begin(careful)
        isolating = Isolation(careful)
        work.passed = isolating.passed
        tries, troubled = 0, False
        while True:
            work.moved, error, answered = False, None, False
            try:
                with (
                    self._sources.lend(careful, claim.unit.start.part) as source, held.reading(source),
                    work.concealing((*secret_texts(source.config), *self._typed)),
                ):  # fmt: skip
                    try:
                        work.attempt(source)
                        if work.partial:
                            self._sources.spoil()
                        if not troubled:
                            self._narrowing.well()
                        return
                    except (Retry, Stopping, Tight, MemoryError):
                        answered = work.answered(source)
                        work.keep(source)
                        raise
            except MemoryError:
                pass  # handled below, once the frames that hold the memory are gone
            except Retry as lost:
                if self._host.stop.is_set():  # most likely because the stop cancelled the statement
                    raise Stopping from None
                error = lost
            if error is None:
                give_back()
                if isolating.ran_out(healthy=not self._lane.guard.tight):
                    if self._host.stop.is_set():
                        raise Stopping
                    continue
                raise Retry("out of memory", claim.unit.start.scope.fqn, "allow the worker more", reason="memory")
            troubled = True
            tries = 1 if work.moved else tries + 1
            wait = _wait(error, tries, self._budget.pause)
            if tries > 1 and answered and error.reason not in OURS and self._narrowing.smaller(careful):
                tries = 1  # the connection may be cut after a number of bytes: a smaller slice may get through
            elif tries >= (TRIES if work.identified or self._budget.beginnings > 1 else 1):
                raise error
            log.info("tried again: %s", error)
            held.tell(f"tried again: {error}")
            if self._host.stop.wait(wait):
                raise Stopping

    def _later(self, claim: Claim, emitter: Emitter, error: Retry, *, fruitless: bool) -> None:
        """Release the unit to be tried again later, or fail it after ``ATTEMPTS`` claims. Raises ``Fatal`` when it is
        the root unit of the run's first part and its source never answered in ``budget.beginnings`` claims."""
        start, first = claim.unit.start, self._first
        at_root = start.node == self._lane.topology(first).root.name and start.part == first
        at_root = at_root and claim.unit.phase == "walk"
        fruitless = fruitless and at_root and error.reason != "memory"
        if fruitless and claim.attempts + 1 >= self._budget.beginnings:
            raise Fatal(error.what, error.where, error.remedy, reason=error.reason)
        emitter.settle()
        if error.reason not in OURS:
            with suppress(Retry):  # a lost report does no harm: the next failure is reported too
                self._host.ledger.report(claim.unit.service, False, time.time(), str(error))
        if claim.attempts + 1 >= ATTEMPTS:
            self._release(claim, reason=str(error), failed=True)
            return
        self._release(claim, reason=str(error), delay=_wait(error, claim.attempts + 1, 2 * self._budget.pause))

    def _ends_its_part(self, claim: Claim, error: Fatal) -> bool:
        """Whether an error ends the part of the claim and not the run, because other parts do not need it: what they
        have stored is good, and the metadata is stored before any other part begins."""
        return self._several and claim.unit.start.part != METADATA and error.reason not in WHOLE_RUN

    def _end_part(self, claim: Claim, reason: str) -> None:
        log.error("the part %s cannot go on: %s", claim.unit.start.part, reason)
        ledger = self._host.ledger
        patiently(lambda: ledger.end_part(claim.unit.id, claim.fence, reason=reason, now=time.time()))

    def _release(self, claim: Claim, *, reason: str, delay: float = 0.0, failed: bool = False) -> None:
        what = "has failed" if failed else "is given back"
        log.log(logging.WARNING if reason else logging.INFO, "%s %s%s", claim.unit.start.scope.fqn, what,
                f": {reason}" if reason else "")  # fmt: skip
        patiently(
            lambda: self._host.ledger.release(
                claim.unit.id, claim.fence, now=time.time(), reason=reason, delay=delay, failed=failed
            )
        )


def _opened(assignment: Assignment, resolver: Resolver | None, part: str, reading: ReadMode) -> Source:
    source = build(assignment.recipe, assignment.secrets, reading, part)
    source.resolver = resolver
    return source


def _wait(error: Retry, tries: int, pause: float) -> float:
    """Seconds until the next try; they grow with each try, also those that the source asks for."""
    asked = error.delay or 0.0
    return max(asked, min(LONGEST_DELAY_SECONDS, asked * 2.0 ** (tries - 1)), jitter(tries, base=pause))
