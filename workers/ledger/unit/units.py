"""Bringing units into the ledger: insert-or-ignore by id, so that a batch delivered twice adds nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from specs.contracts.work import Phase, unit_id
from specs.topology.events import Start
from workers.ledger.columns import dump_start
from workers.store.statements import Statements

MAX_ITEM = 4096
"""Bytes of JSON that the item of a unit may have."""
LARGE = 100_000
"""Units with more estimated objects than this are for workers with much memory, where there are such."""


def add_units(
    desk: Statements,
    run: str,
    service: str,
    starts: Sequence[Start],
    *,
    phase: Phase = "walk",
    depth: int = 0,
    parent: str | None = None,
) -> tuple[int, list[str]]:
    """Returns how many units are new, and the ids of all; of starts that name the same place the first counts."""
    rows: dict[str, dict[str, Any]] = {}
    for start in starts:
        row = dump_start(start)
        row |= {"id": unit_id(run, start, phase), "run": run, "service": service, "phase": phase}
        row |= {"depth": depth, "parent": parent, "state": "ready", "reason": ""}
        row["queue"] = "large" if (start.estimate or 0) > LARGE else "small"
        if len((row["item"] or "").encode()) > MAX_ITEM:
            message = f"the item of node {start.node} at {start.scope.fqn} is larger than {MAX_ITEM} bytes"
            row |= {"state": "failed", "reason": message, "item": None}
        rows.setdefault(row["id"], row)
    ready = [row for row in rows.values() if row["state"] == "ready"]
    new = desk.many("add_unit", ready)
    desk.many("add_failed_unit", [row for row in rows.values() if row["state"] == "failed"])
    return new, list(rows)


def add_children(desk: Statements, run: str, service: str, parent: str, depth: int, starts: Sequence[Start]) -> int:
    """Add child units; the parent, locked by this transaction, waits for those that are new. Returns how many."""
    new, _ = add_units(desk, run, service, starts, depth=depth, parent=parent)
    if new:
        desk.do("add_outstanding", unit=parent, n=new)
    return new
