"""The state of a run as a word for people: an open run counts as running only while a process works on it."""

from __future__ import annotations

from specs.contracts.work import Run
from workers.ledger import SqlLedger
from workers.process import liveness


def state_of(ledger: SqlLedger, run: Run) -> str:
    """``running``, ``confirming``, ``paused``, ``interrupted``, or the final state of a closed run."""
    if not run.open:
        return run.state
    if run.via == "cluster":
        return "paused" if run.paused else run.state
    return run.state if at_work(ledger, run.id, run.owner) else "interrupted"


def at_work(ledger: SqlLedger, run: str, owner: str | None) -> bool:
    """Whether another process, its ``owner``, crawls this embedded run now.

    For a process of this machine that can be looked up; for one of another machine, or from before the last boot, it is
    judged by the run's leases.
    """
    if owner is None or owner == liveness.name() or liveness.gone(owner):
        return False
    return liveness.machine(owner) == liveness.here() or ledger.leased(run)
