"""Units added to the ledger, by insert-or-ignore on their id, so that a batch that is committed twice adds none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from specs.contracts.work import Phase, UnitState, unit_id
from specs.service_spec import METADATA
from specs.topology.events import Start
from workers.ledger.columns import dump_start
from workers.store.statements import Statements

MAX_ITEM = 4096
"""Most bytes of JSON of a unit's item; a unit with a larger item fails."""
LARGE = 100_000
"""Estimated objects above which a unit goes to the queue ``large``, whose workers have much memory."""


def add_units(
    sql: Statements,
    run: str,
    service: str,
    starts: Sequence[Start],
    *,
    phase: Phase = "walk",
    depth: int = 0,
    parent: str | None = None,
    state: UnitState = "ready",
) -> tuple[int, list[str]]:
    """Add a unit per start; returns ``(number of new units, ids of all)``. Of equal starts the first one counts."""
    rows: dict[str, dict[str, Any]] = {}
    for start in starts:
        row = dump_start(start)
        row |= {"id": unit_id(run, start, phase), "run": run, "service": service, "phase": phase}
        row |= {"depth": depth, "parent": parent, "state": state, "reason": ""}
        row["queue"] = "large" if (start.estimate or 0) > LARGE else "small"
        if len((row["item"] or "").encode()) > MAX_ITEM:
            message = f"the item of node {start.node} at {start.scope.fqn} is larger than {MAX_ITEM} bytes"
            row |= {"state": "failed", "reason": message, "item": None}
        rows.setdefault(row["id"], row)
    ready = [row for row in rows.values() if row["state"] == state]
    new = sql.many("add_unit", ready)
    sql.many("add_failed_unit", [row for row in rows.values() if row["state"] == "failed"])
    return new, list(rows)


def add_roots(sql: Statements, run: str, service: str, starts: Sequence[Start]) -> tuple[int, list[str]]:
    """The units that a run begins with. Those of other parts are held, and count as known only when the metadata is
    stored; a run without metadata builds on what the catalog holds. Returns how many are known, and their ids."""
    first = [start for start in starts if start.part == METADATA]
    if not first:
        return add_units(sql, run, service, starts)
    known = add_units(sql, run, service, first)
    add_units(sql, run, service, [start for start in starts if start.part != METADATA], state="held")
    return known


def add_children(sql: Statements, run: str, service: str, parent: str, depth: int, starts: Sequence[Start]) -> int:
    """Add child units, and have the parent, whose row is locked, wait for those that are new; returns how many are
    new."""
    new, _ = add_units(sql, run, service, starts, depth=depth, parent=parent)
    if new:
        sql.do("add_outstanding", unit=parent, n=new)
    return new
