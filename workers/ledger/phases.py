"""The phases of a run: crawl the metadata, then the other parts, confirm suspects, conclude deletions, close."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from specs.contracts.work import RunState
from specs.service_spec import METADATA
from specs.topology.events import Start
from specs.topology.scope import KeyRange, Scope
from workers.ledger.answers import progress
from workers.ledger.answers.views import Incomplete
from workers.ledger.ports import DeletionPort
from workers.ledger.run import runs
from workers.ledger.tally import Tally
from workers.ledger.unit.units import add_units
from workers.store.statements import Statements

SHOWN = 3
"""Incomplete scopes that the reason of a partial run names."""


def busy(sql: Statements, run: str) -> bool:
    """Whether a unit of the run is unfinished, by the units themselves."""
    return sql.one("any_open_unit", run=run) is not None


def advance(sql: Statements, run: str, deletion: DeletionPort) -> None:
    """When all units of an open run are finished, add its confirm units, or close it; otherwise do nothing."""
    row = sql.one("lock_run", run=run)
    if row is None or row.state not in ("running", "confirming") or busy(sql, run):
        return
    if _released(sql, run):
        return
    deletes = row.deletes and not row.doubt
    asks = deletes and row.state == "running"
    if asks and _confirm(sql, run, row.service, deletion.plan_confirmation(sql.conn, run)):
        return
    state, reason = verdict(sql, run, row.doubt)
    runs.close(sql, run, state, reason)
    if deletes:
        deletion.conclude(sql.conn, run, sql.now)  # last: it takes the feed's counter


def _released(sql: Statements, run: str) -> bool:
    """Make the units ready that were held until the metadata was stored; returns whether there were any."""
    held = sql.all("release_held", run=run)
    tally = Tally()
    for row in held:
        tally.add(run, row.id, known=1)
    tally.write(sql)
    return bool(held)


def _confirm(
    sql: Statements, run: str, service: str, suspects: Iterable[tuple[str, Scope, Sequence[tuple[str, str]]]]
) -> bool:
    """Add one confirm unit per group of suspects, whose runner asks the source about them by name; returns whether
    there are suspects."""
    tally, found = Tally(), False
    for n, (part, scope, objects) in enumerate(suspects):
        start = Start("confirm", scope, range=KeyRange(until=str(n)), part=part)
        new, (unit,) = add_units(sql, run, service, [start], phase="confirm")
        sql.many("add_suspect", [{"run": run, "unit": unit, "type": type_, "fqn": fqn} for type_, fqn in objects])
        tally.add(run, unit, known=new)
        found = True
    tally.write(sql)
    if found:
        sql.do("set_run_state", run=run, state="confirming")
    return found


def verdict(sql: Statements, run: str, doubt: str = "") -> tuple[RunState, str]:
    """``(state, reason)`` with which a run ends: complete, partial (the reason names what is missing), or failed
    (nothing could be listed). With a ``doubt`` about the server it is never complete.
    """
    incomplete = progress.incomplete(sql, run)
    failures = sql.one("count_outcomes", run=run, kind="failed")
    failed = 0 if failures is None else failures[0]
    if not incomplete and not failed and not doubt:
        return "complete", ""
    reasons = [doubt] if doubt else []
    reasons += [f"{each.scope} {_listing(each)}: {each.message or each.reason}" for each in incomplete[:SHOWN]]
    if len(incomplete) > SHOWN:
        reasons.append(f"and {len(incomplete) - SHOWN} more scopes are incomplete")
    if failed:
        reasons.append(f"{failed} objects failed")
    listed = sum(each["listed"] for each in progress.counts(sql, run).values())
    return ("partial" if listed else "failed"), "; ".join(reasons)


def _listing(found: Incomplete) -> str:
    return found.node if found.part == METADATA else f"{found.node} ({found.part})"
