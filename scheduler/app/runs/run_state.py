"""How a run is, in a word for people: an open one is only running while somebody works on it."""

from __future__ import annotations

from specs.contracts.work import Run
from workers.ledger import SqlLedger
from workers.process import liveness


def state_of(ledger: SqlLedger, run: Run) -> str:
    """``running``, ``confirming``, ``paused``, ``interrupted``, or what became of it."""
    if not run.open:
        return run.state
    if run.via == "cluster":
        return "paused" if run.paused else run.state
    return run.state if at_work(ledger, run.id, run.owner) else "interrupted"


def at_work(ledger: SqlLedger, run: str, owner: str | None) -> bool:
    """Whether another process, its ``owner``, crawls this embedded run now.

    Of this machine's processes we know; of others, and of before the last start, only their leases tell.
    """
    if owner is None or owner == liveness.name() or liveness.gone(owner):
        return False
    return liveness.machine(owner) == liveness.here() or ledger.leased(run)
