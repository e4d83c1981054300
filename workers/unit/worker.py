"""A worker: claims one unit after the other and runs it, in whatever process it lives."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Protocol

from specs.recipe.recipe import Recipe
from workers.process.governor import share
from workers.process.governor.budget import MARGIN, given
from workers.process.governor.memory import Guard, rss
from workers.process.stop_flag import StopFlag
from workers.store.retries import patiently
from workers.unit.emitter import Producer
from workers.unit.lease.heartbeat import EVERY, Heartbeat
from workers.unit.runner import Runner
from workers.unit.source.sources import build, topology
from workers.unit.unit_ledger import UnitLedger
from workers.unit.unit_work import UnitBudget

POLL = 0.25
"""Seconds between two looks for work when nothing woke the worker."""
RESTS = 8
"""Looks in vain after which the connection to the source is given back."""


class Line(Producer, Protocol):
    """A worker's end of the sink queue, which also wakes it."""

    def idle(self, timeout: float) -> None:
        """Wait until something was committed, which may have made a unit ready."""
        ...


class Worker:
    """Walks one unit at a time. ``name`` says who holds the units; ``soft`` are the bytes of memory that the process
    may have, where something governs them: else all that the machine has. ``alone``: it is the only worker of its
    process, and reads ahead of what it builds."""

    def __init__(
        self, name: str, ledger: UnitLedger, line: Line, recipe: Recipe, secrets: Mapping[str, str], stop: StopFlag, *,
        soft: int | None = None, queue: str | None = None, accept_identity: bool = False,
        budget: UnitBudget | None = None, every: float = EVERY, stuck: Callable[[str], None] | None = None,
        heartbeat: Callable[..., Heartbeat] = Heartbeat, beginnings: int = 1, alone: bool = True,
    ) -> None:  # fmt: skip
        self._name, self._ledger, self._line, self._stop, self._queue = name, ledger, line, stop, queue
        limit = max(recipe.limits.statement_timeout, recipe.limits.connect_timeout)
        self._heartbeat = heartbeat(ledger, stop, limit=limit, every=every, stuck=stuck)
        self._runner = Runner(
            ledger, line, lambda reading: build(recipe, secrets, reading), topology(recipe), self._heartbeat, stop,
            guard=Guard(soft or max(share(1, memory=given()).soft, rss() + MARGIN)), accept_identity=accept_identity,
            budget=budget, beginnings=beginnings, alone=alone,
        )  # fmt: skip

    def work(self, run: str, over: Callable[[], bool]) -> None:
        """Claim and run units until ``over`` or stopped. Raises ``Fatal`` when the run cannot go on."""
        idle = 0
        while not self._stop.is_set() and not over():
            if self.turn(run):
                idle = 0
                continue
            idle += 1
            if idle >= RESTS:
                self._runner.rest()
            self._line.idle(POLL)

    def turn(self, run: str) -> bool:
        """Claim one unit and run it; ``False``: there is none. Raises ``Fatal`` when the run cannot go on."""
        claim = patiently(lambda: self._ledger.claim(self._name, run=run, queue=self._queue, now=time.time()))
        if claim is not None:
            self._runner.run(claim)
        return claim is not None

    def rest(self) -> None:
        """There is no work for now: the connection to the source is given back."""
        self._runner.rest()

    def close(self) -> None:
        self._runner.rest()
        self._heartbeat.close()
