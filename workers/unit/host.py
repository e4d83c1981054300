"""The surroundings of a worker: the objects that its process shares with it, and those that it keeps between units."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from specs.contracts.assignment import UnitBudget
from specs.contracts.ledger import UnitLedger
from specs.sources.base import Source
from specs.topology.node import Topology
from workers.process.governor.memory import Guard
from workers.process.stop_flag import StopFlag
from workers.unit.emitter import Producer
from workers.unit.lease.heartbeat import Heartbeat
from workers.unit.source.arrivals import Arrivals
from workers.unit.times import LEASE_SECONDS

if TYPE_CHECKING:
    from specs.contracts.parts.resolver import Resolver


class Line(Producer, Protocol):
    """A worker's end of the sink queue, in which the worker also waits for units to claim."""

    def idle(self, timeout: float) -> None:
        """Wait up to ``timeout`` seconds for a commit, which may have made a unit ready."""
        ...


@dataclass(frozen=True, slots=True)
class WorkerHost:
    """What a process shares with each of its workers. ``name`` is the holder's name of the units that they claim.

    ``soft`` are the resident bytes that the process may use, ``beside`` the bytes of data of a process that its source
    starts (``None``: derived from the machine). ``serves`` is the
    queue whose units are claimed (``None``: of every queue). ``lease`` are the seconds of a unit's lease. ``lanes`` is
    the number of workers of this process: a single one reads its source ahead of building entities. ``stuck`` is called
    with the scope when a call to the source neither ends nor can be cancelled. ``resolver`` answers what sources ask of
    the catalog.
    """

    name: str
    ledger: UnitLedger
    line: Line
    stop: StopFlag
    soft: int | None = None
    beside: int | None = None
    serves: str | None = None
    lease: float = LEASE_SECONDS
    lanes: int = 1
    stuck: Callable[[str], None] | None = None
    heartbeat: Callable[..., Heartbeat] = Heartbeat
    resolver: Resolver | None = None


@dataclass(frozen=True, slots=True)
class Lane:
    """The objects that one worker keeps from one unit of its run to the next. ``topology`` gives that of a part."""

    host: WorkerHost
    topology: Callable[[str], Topology[Source]]
    budget: UnitBudget
    guard: Guard
    arrivals: Arrivals
