"""Runs: opened, one at a time per service, and closed for good."""

from __future__ import annotations

import json
import re
import time
from secrets import choice
from typing import Any

from specs.contracts.assignment import Opening
from specs.contracts.work import Run, RunState
from specs.errors import known_values
from specs.names import clean
from workers.ledger.columns import dump
from workers.ledger.tally import Tally
from workers.ledger.unit.units import add_roots
from workers.store.statements import Statements

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def open_run(sql: Statements, opening: Opening) -> Run:
    """Open a run. An open run of the service is closed as superseded first; the lock on the service's row keeps others
    from opening one at the same time."""
    service = opening.service
    run = new_id(service, sql.now)
    per_minute = opening.recipe.get("limits", {}).get("units_per_minute")
    sql.do("add_service", service=service, type=opening.service_type, pace=60 / per_minute if per_minute else None)
    for row in sql.all("open_run", service=service):
        close(sql, row.id, "superseded", f"superseded by {run}")
    _size_slots(sql, service, opening.slots)
    sql.do(
        "add_run",
        id=run,
        service=service,
        service_type=opening.service_type,
        recipe=dump(opening.recipe),
        parent=opening.parent,
        deletes=int(opening.deletes),
        via=opening.via,
        schedule=opening.schedule,
        deadline=opening.deadline,
        accept_identity=int(opening.accept_identity),
    )
    new, ids = add_roots(sql, run, service, opening.roots)
    tally = Tally()
    if new:
        tally.add(run, ids[0], known=new)
    tally.write(sql)
    return get(sql, run)


def new_id(service: str, now: float) -> str:
    """A short, sortable, unique id: ``20261122-211530-shop_prod-x7f3``."""
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(now))
    name = re.sub(r"[^A-Za-z0-9_]+", "_", service)[:40].strip("_") or "service"
    return f"{stamp}-{name}-{''.join(choice(_LETTERS) for _ in range(4))}"


def _size_slots(sql: Statements, service: str, slots: int) -> None:
    found = sql.one("count_slots", service=service)
    if found is not None and found[0] == slots:
        sql.do("free_slots_of_service", service=service)
        return
    sql.do("drop_slots", service=service)
    sql.many("add_slot", [{"service": service, "n": n} for n in range(slots)])


def close(sql: Statements, run: str, state: RunState, reason: str) -> None:
    """Close an open run: cancel its unfinished units, free its slots, remove rows that only an open run needs. Does
    nothing when the run is closed."""
    row = sql.one("lock_run", run=run)
    if row is None or row.state not in ("running", "confirming"):
        return
    sql.do("cancel_open_units", run=run)
    sql.do("cancel_ready_units", run=run)
    sql.do("cancel_held_units", run=run)
    sql.do("free_slots_of_service", service=row.service)
    sql.do("drop_marks", run=run)
    sql.do("drop_suspects", run=run)
    sql.do("drop_poison", run=run)
    sql.do("close_run", run=run, state=state, reason=clean(reason))


def get(sql: Statements, run: str) -> Run:
    """The run of this id. Raises ``UsageError``, which lists recent runs, when there is none."""
    row = sql.one("get_run", run=run)
    if row is None:
        recent = [each.id for each in sql.all("recent_runs", limit=5)]
        raise known_values("unknown run", run, recent, remedy="see: headrace runs")
    return load_run(row)


def load_run(row: Any) -> Run:
    return Run(
        row.id,
        row.service,
        row.service_type,
        row.state,
        json.loads(row.recipe),
        row.parent,
        row.started_at,
        row.ended_at,
        row.reason,
        row.via,
        bool(row.paused),
        bool(row.accept_identity),
        row.schedule,
        row.deadline_at,
        row.owner,
        row.doubt,
    )
