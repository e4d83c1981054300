"""What the parent of a pool and its processes have in common."""

from __future__ import annotations

from dataclasses import dataclass

from workers.process.governor import MemoryBudget
from workers.unit.times import LEASE_SECONDS


@dataclass(frozen=True, slots=True)
class PoolTerms:
    """The terms on which the processes of one worker work.

    ``budget`` bounds their memory; ``queue`` is the queue of hints whose units they claim (``None``: of every queue);
    ``lease`` are the seconds of a unit's lease; ``prefix`` is what the keys of the cluster in Redis begin with.
    """

    budget: MemoryBudget
    queue: str | None = None
    lease: float = LEASE_SECONDS
    prefix: str | None = None
