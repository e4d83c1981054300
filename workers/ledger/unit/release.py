"""Units that come back: released by their worker, taken from a dead one, or lost with a queue.

A unit given back keeps its fence until the next claim, so that batches on their way are still stored. A crash counts
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
"""Crashes from which on each key is written down before it is touched."""
MAX_CRASHES = 10
"""A unit that killed this many workers, no key to blame, has failed."""
MAX_LOST = 10
"""A unit whose batches were lost so many times in a row, nothing of it stored in between, has failed."""
UNREADABLE = f"what it sent was lost {MAX_LOST} times: are workers and flushers of one version?"
MAX_POISON = 20
"""A unit with this many keys that kill workers has failed."""


def release(desk: Statements, unit: str, fence: int, reason: str, delay: float, failed: bool) -> bool:
    """``delay`` (seconds, jitter included by the caller) burns an attempt; attempts start anew with each progress."""
    row = desk.one("held", unit=unit, fence=fence)
    if row is None or row.state != "running":
        return False
    spent, reason = max(0.0, row.spent), clean(reason)
    if failed:
        fail(desk, row, reason, spent)
    elif delay > 0:
        how = {"delay": float(delay), "reason": reason, "spent": spent, "memory": _memory(reason)}
        desk.do("give_back_delayed", unit=unit, **how)
    else:
        _give_back(desk, row, row.crashes, reason, spent)
    desk.do("free_slot_of", unit=unit)
    return True


def _give_back(desk: Statements, row: Any, crashes: int, reason: str, spent: float) -> None:
    how = {"crashes": crashes, "reason": reason, "spent": spent, "memory": _memory(reason)}
    desk.do("give_back", unit=row.id, **how)


def _memory(reason: str) -> int:
    """1: memory ran out. The second time in a row the unit becomes one for workers with much memory."""
    return int(OUT_OF_MEMORY in reason)


def crashed(desk: Statements, rows: Any, reason: str, meter: str) -> int:
    """The workers of these running units are gone. Returns how many units came back or failed."""
    tally = Tally()
    for row in rows:
        _crashed(desk, row, reason)
        desk.do("free_slot_of", unit=row.id)
        tally.add(row.run, row.id, **{meter: 1})
    tally.write(desk)
    return len(rows)


def _crashed(desk: Statements, row: Any, reason: str) -> None:
    spent = max(0.0, row.spent)
    if row.committed_seq > 0:  # whoever is killed from outside now and then must not end up blaming a healthy key
        _give_back(desk, row, max(0, row.crashes - 1), reason, spent)
        return
    if row.crashes >= CAREFUL and row.touched is not None:
        node, listing, key = json.loads(row.touched)
        desk.do("add_poison", unit=row.id, node=node, listing=clean(listing), key=clean(key))
        found = desk.one("count_poison", unit=row.id)
        if found is None or found[0] < MAX_POISON:
            _give_back(desk, row, row.crashes, reason, spent)
            return
    if row.crashes + 1 >= MAX_CRASHES or (row.crashes >= CAREFUL and row.touched is not None):
        fail(desk, row, f"it killed its worker {row.crashes + 1} times: {reason}", spent)
    else:
        _give_back(desk, row, row.crashes + 1, reason, spent)


def expire(desk: Statements, gone: Iterable[Lease]) -> int:
    """Take these leases away, unless they were renewed meanwhile; returns how many units came back or failed."""
    found = [desk.one("still_overdue", unit=unit, fence=fence, until=until) for unit, fence, until in sorted(gone)]
    return crashed(
        desk, [row for row in found if row is not None], "the worker went silent: its lease ran out", "expired"
    )


def reject(desk: Statements, unit: str, fence: int, reason: str) -> None:
    """The unit sent what cannot be stored, and has failed; does nothing when it is somebody else's by now."""
    row = desk.one("unfinished", unit=unit, fence=fence)
    if row is not None:
        fail(desk, row, clean(reason), max(0.0, row.spent or 0.0) if row.state == "running" else 0.0)
        desk.do("free_slot_of", unit=unit)


def fail(desk: Statements, row: Any, reason: str, spent: float) -> None:
    """The unit has failed; for its parent it is finished once its descendants are."""
    tally = Tally()
    finishing = Finishing(desk, tally)
    finishing.settle(desk.one("fail", unit=row.id, reason=reason, spent=spent))
    finishing.write()
    tally.write(desk)


def lost(desk: Statements, epoch: str, shard: int | None, before: str | None) -> int:
    """Flushing units of a dead queue, or of a shard that was read past them, are ready again.

    What a queue loses with its life does not count; what was read past does, since it may not be readable at all.
    """
    if shard is None:
        rows = desk.all("flushing_of_epoch", epoch=epoch)
    else:
        rows = desk.all("flushing_of_shard", epoch=epoch, shard=shard)
    gone = [row.id for row in rows if before is None or _order(row.position) < _order(before)]
    back = [desk.one("back_from_flushing", unit=unit, counts=int(shard is not None)) for unit in gone]
    for row in back:
        if row is not None and row.lost >= MAX_LOST:
            fail(desk, row, UNREADABLE, 0.0)
    return len([row for row in back if row is not None])


def _order(position: str) -> tuple[int, ...]:
    """Queue ids are numbers, or numbers joined by dashes: ``17``, ``1700000000000-3``."""
    return tuple(int(part) for part in position.split("-"))
