"""Units that become ready again: released by their worker, taken from a dead one, or lost with a queue.

A released unit keeps its fence until the next claim, so that its batches in the queue are still stored. A crash counts
only when nothing was committed since the claim.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from specs.contracts.work import OUT_OF_MEMORY
from specs.names import clean
from workers.ledger.tally import Tally
from workers.ledger.unit.completion import Finishing
from workers.ledger.unit.leases import Lease
from workers.store.statements import Statements

CAREFUL = 4
"""Crashes of a unit from which on each key is noted in the ledger before it is read."""
MAX_CRASHES = 10
"""Crashes after which a unit fails when no key is known to cause them."""
MAX_LOST = 10
"""Times in a row that a unit's batches were lost, with none committed in between, after which it fails."""
UNREADABLE = f"what it sent was lost {MAX_LOST} times: are workers and flushers of one version?"
MAX_POISON = 20
"""Keys that kill workers after which their unit fails."""


def release(sql: Statements, unit: str, fence: int, reason: str, delay: float, failed: bool) -> bool:
    """Release a running unit; returns whether the worker held it. With ``delay`` (seconds) it is ready again only after
    that and the attempt counts, until the unit makes progress; with ``failed`` it has failed."""
    row = sql.one("held", unit=unit, fence=fence)
    if row is None or row.state != "running":
        return False
    spent, reason = max(0.0, row.spent), clean(reason)
    if failed:
        fail(sql, row, reason, spent)
    elif delay > 0:
        how = {"delay": float(delay), "reason": reason, "spent": spent, "memory": _memory(reason)}
        sql.do("give_back_delayed", unit=unit, **how)
    else:
        _give_back(sql, row, row.crashes, reason, spent)
    sql.do("free_slot_of", unit=unit)
    return True


def _give_back(sql: Statements, row: Any, crashes: int, reason: str, spent: float) -> None:
    how = {"crashes": crashes, "reason": reason, "spent": spent, "memory": _memory(reason)}
    sql.do("give_back", unit=row.id, **how)


def _memory(reason: str) -> int:
    """1 when the reason is that memory ran out, else 0. After the second time in a row the unit is moved to the queue
    of workers with much memory."""
    return int(OUT_OF_MEMORY in reason)


def crashed(sql: Statements, rows: Any, reason: str, meter: str) -> int:
    """Release or fail running units whose workers are dead; returns how many units those are. ``meter`` is the tally
    that counts them."""
    tally = Tally()
    for row in rows:
        _crashed(sql, row, reason)
        sql.do("free_slot_of", unit=row.id)
        tally.add(row.run, row.id, **{meter: 1})
    tally.write(sql)
    return len(rows)


def _crashed(sql: Statements, row: Any, reason: str) -> None:
    spent = max(0.0, row.spent)
    if row.committed_seq > 0:  # it made progress: a worker killed from outside must not cast blame on a healthy key
        _give_back(sql, row, max(0, row.crashes - 1), reason, spent)
        return
    if row.crashes >= CAREFUL and row.touched is not None:
        node, listing, key = json.loads(row.touched)
        sql.do("add_poison", unit=row.id, node=node, listing=clean(listing), key=clean(key))
        found = sql.one("count_poison", unit=row.id)
        if found is None or found[0] < MAX_POISON:
            _give_back(sql, row, row.crashes, reason, spent)
            return
    if row.crashes + 1 >= MAX_CRASHES or (row.crashes >= CAREFUL and row.touched is not None):
        fail(sql, row, f"it killed its worker {row.crashes + 1} times: {reason}", spent)
    else:
        _give_back(sql, row, row.crashes + 1, reason, spent)


def expire(sql: Statements, gone: Iterable[Lease]) -> int:
    """Take these leases away, unless they were renewed meanwhile; returns how many units were released or failed."""
    found = [sql.one("still_overdue", unit=unit, fence=fence, until=until) for unit, fence, until in sorted(gone)]
    return crashed(
        sql, [row for row in found if row is not None], "the worker went silent: its lease ran out", "expired"
    )


def reject(sql: Statements, unit: str, fence: int, reason: str) -> None:
    """Fail a unit one of whose batches cannot be stored; does nothing when another fence holds the unit now."""
    row = sql.one("unfinished", unit=unit, fence=fence)
    if row is not None:
        fail(sql, row, clean(reason), max(0.0, row.spent or 0.0) if row.state == "running" else 0.0)
        sql.do("free_slot_of", unit=unit)


def fail(sql: Statements, row: Any, reason: str, spent: float) -> None:
    """Fail a unit whose row is locked; its parent counts it as finished once its descendants are."""
    tally = Tally()
    finishing = Finishing(sql, tally)
    finishing.settle(sql.one("fail", unit=row.id, reason=reason, spent=spent))
    finishing.write()
    tally.write(sql)


def fail_held(sql: Statements, unit: str, fence: int, reason: str) -> tuple[str, str] | None:
    """Fail a running unit; returns its run and its part, or ``None`` when the worker no longer holds it."""
    row = sql.one("held", unit=unit, fence=fence)
    return (row.run, row.part) if release(sql, unit, fence, reason, 0.0, True) and row is not None else None


def fail_waiting(sql: Statements, run: str, part: str, reason: str) -> int:
    """Fail a page of the units of a part that wait for a worker; returns how many."""
    tally, reason = Tally(), clean(reason)
    finishing = Finishing(sql, tally)
    found = sql.column("waiting_of_part", run=run, part=part)
    for unit in found:
        finishing.settle(sql.one("fail", unit=unit, reason=reason, spent=0.0))
    finishing.write()
    tally.write(sql)
    return len(found)


def lost(sql: Statements, epoch: str, shard: int | None, before: str | None) -> int:
    """Make flushing units ready again whose final batch was lost; returns how many. Without ``shard`` these are all
    units of the ``epoch``, because the queue lost its data; with it, those whose position lies before ``before``,
    because the shard was read past them. Only the latter count as lost, because their batch may be unreadable each
    time.
    """
    if shard is None:
        rows = sql.all("flushing_of_epoch", epoch=epoch)
    else:
        rows = sql.all("flushing_of_shard", epoch=epoch, shard=shard)
    gone = [row.id for row in rows if before is None or _order(row.position) < _order(before)]
    back = [sql.one("back_from_flushing", unit=unit, counts=int(shard is not None)) for unit in gone]
    for row in back:
        if row is not None and row.lost >= MAX_LOST:
            fail(sql, row, UNREADABLE, 0.0)
    return len([row for row in back if row is not None])


def _order(position: str) -> tuple[int, ...]:
    """The sort key of a queue's id, which is a number, or numbers joined by dashes: ``17``, ``1700000000000-3``."""
    return tuple(int(part) for part in position.split("-"))
