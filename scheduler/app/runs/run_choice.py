"""Which run a command means: by its id, the beginning or end of one, or the latest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from specs.errors import UsageError

if TYPE_CHECKING:
    from workers.ledger import SqlLedger

LATEST = "latest"


def choose(ledger: SqlLedger, given: str | None, service: str | None) -> str:
    """The id of a run. ``given`` is an id, the beginning or end of one, ``latest`` or nothing, which is the same.

    Raises ``UsageError`` where there is no such run, with the latest ones, or more than one, with those.
    """
    if given is None or given == LATEST:
        runs = ledger.runs(service, 1)
        if not runs:
            of = f" of service {service}" if service else ""
            raise UsageError(f"there is no run{of} yet", remedy="see: headrace runs", reason="unknown")
        return runs[0].id
    found = ledger.runs_like(given, service) if given else []
    if given in found or len(found) == 1:
        return given if given in found else found[0]
    if found:
        several = ", ".join(found[:5]) + (", ..." if len(found) > 5 else "")
        raise UsageError(f"several runs are called {given!r}", several, "write more of it", reason="unknown")
    return ledger.run(given).id
