"""A worker: claims one unit after the other and runs it. The same class runs in a single process, in a spawned process
and in a pool process of a cluster."""

from __future__ import annotations

import time
from collections.abc import Callable

from specs.contracts.assignment import Assignment
from workers.store.retries import patiently
from workers.unit.host import WorkerHost
from workers.unit.runner import Runner
from workers.unit.times import CLAIM_PAUSE_SECONDS, RENEWAL_SECONDS

RESTS = 8
"""Claims in a row without a unit after which the connection to the source is closed."""


class Worker:
    """Claims and runs the units of one run, one at a time."""

    def __init__(self, assignment: Assignment, host: WorkerHost) -> None:
        self._run, self._host = assignment.run, host
        limits = assignment.recipe.limits
        self._heartbeat = host.heartbeat(
            host.ledger, host.stop, limit=max(limits.statement_timeout, limits.connect_timeout),
            every=min(RENEWAL_SECONDS, host.lease / 4), lease=host.lease, stuck=host.stuck,
        )  # fmt: skip
        self._runner = Runner(assignment, host, self._heartbeat)

    def work(self, over: Callable[[], bool]) -> None:
        """Claim and run units until ``over()`` is true or the stop flag is set. Raises ``Fatal`` when the run cannot go
        on."""
        idle = 0
        while not self._host.stop.is_set() and not over():
            if self.turn():
                idle = 0
                continue
            idle += 1
            if idle >= RESTS:
                self._runner.rest()
            self._host.line.idle(CLAIM_PAUSE_SECONDS)

    def turn(self) -> bool:
        """Claim one unit and run it; returns whether there was one. Raises ``Fatal`` when the run cannot go on."""
        host = self._host
        claim = patiently(
            lambda: host.ledger.claim(host.name, run=self._run, queue=host.serves, lease=host.lease, now=time.time())
        )
        if claim is not None:
            self._runner.run(claim)
        return claim is not None

    def rest(self) -> None:
        """Close the connection to the source, because there is no unit to run for now."""
        self._runner.rest()

    def close(self) -> None:
        """Close the connection to the source and end the thread that renews leases."""
        self._runner.rest()
        self._heartbeat.close()
