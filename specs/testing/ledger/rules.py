"""What the rules of the ledger have in common."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from specs.contracts.assignment import Opening
from specs.contracts.work import Claim, Run
from specs.testing.ledger.harness import Harness
from specs.topology.events import Start
from specs.topology.scope import Scope

SERVICE = Scope.of("shop")


def schema(name: str, data: Any = None) -> Start:
    return Start("schema", SERVICE.child(name), [name, name, data, 10], estimate=10)


class Rules:
    """The fixture ``harness`` comes from the subclass; helpers call with the clock of this machine."""

    @pytest.fixture
    def harness(self) -> Iterator[Harness]:
        raise NotImplementedError("give a fixture named harness")

    def open(self, harness: Harness, *starts: Start, slots: int = 2, **more: Any) -> Run:
        roots = starts or (Start("service", SERVICE, ["shop", "shop", {}, None]),)
        more.setdefault("via", "cluster")
        return harness.ledger.open_run(
            Opening("shop", "fake", {"a": "ü"}, tuple(roots), slots=slots, **more), now=time.time()
        )

    def claim(self, harness: Harness, run: Run | None = None, worker: str = "w", lease: float = 60.0) -> Claim:
        name = None if run is None else run.id
        claim = harness.ledger.claim(worker, run=name, lease=lease, now=time.time())
        assert claim is not None
        return claim

    def commit(self, harness: Harness, *batches: Any) -> list[str]:
        return list(harness.ledger.commit(batches, now=time.time()))

    def state(self, harness: Harness, claim: Claim) -> str:
        return next(unit.state for unit in harness.units(claim.unit.run) if unit.id == claim.unit.id)

    def expire(self, harness: Harness) -> int:
        """Look twice: a lease that was overdue both times is taken away."""
        return sum(harness.ledger.expire(now=time.time(), grace=0.0) for _ in range(2))
