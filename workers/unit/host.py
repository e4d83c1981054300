"""What a worker finds around it: what its process gives to each worker, and what it keeps itself between units."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from specs.contracts.assignment import UnitBudget
from specs.contracts.ledger import UnitLedger
from specs.sources.base import Source
from specs.topology.node import Topology
from workers.process.governor.memory import Guard
from workers.process.stop_flag import StopFlag
from workers.unit.emitter import Producer
from workers.unit.lease.heartbeat import LEASE, Heartbeat
from workers.unit.source.arrivals import Arrivals


class Line(Producer, Protocol):
    """A worker's end of the sink queue, which also wakes it."""

    def idle(self, timeout: float) -> None:
        """Wait until something was committed, which may have made a unit ready."""
        ...


@dataclass(frozen=True, slots=True)
class WorkerHost:
    """What a process gives to each worker that lives in it. ``name`` says who holds the units.

    ``soft`` are the bytes of memory that the process may have, where something governs them: else all that the machine
    has. ``serves`` is the queue whose units are taken, ``None``: of any. ``lease`` is in seconds. ``lanes`` is how many
    workers walk at once: a lone one reads ahead of what it builds. ``stuck`` is called when a call to the source does
    not end.
    """

    name: str
    ledger: UnitLedger
    line: Line
    stop: StopFlag
    soft: int | None = None
    serves: str | None = None
    lease: float = LEASE
    lanes: int = 1
    stuck: Callable[[str], None] | None = None
    heartbeat: Callable[..., Heartbeat] = Heartbeat


@dataclass(frozen=True, slots=True)
class Lane:
    """What one worker keeps from one unit of its run to the next."""

    host: WorkerHost
    topology: Topology[Source]
    budget: UnitBudget
    guard: Guard
    arrivals: Arrivals
