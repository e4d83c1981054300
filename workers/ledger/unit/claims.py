"""Claims of units: a claim takes a free slot of a service and its first ready unit, deepest first, under a new
fence."""

from __future__ import annotations

import json
from secrets import randbits
from typing import Any

from specs.contracts.work import Claim, QueuePosition
from specs.errors import Retry
from specs.names import clean
from workers.ledger.columns import dump, load_unit
from workers.store.statements import Statements

_ENDED = ("flushing", "waiting", "done")
"""States of a unit whose final batch is in the queue or stored."""


def claim(sql: Statements, worker: str, run: str | None, queue: str | None, lease: float) -> Claim | None:
    """Claim a unit for ``worker``, of one run and of one queue where they are given, for ``lease`` seconds; ``None``
    when there is no free slot or no ready unit."""
    fence = randbits(63)
    take = _take_at_once if sql.postgresql else _take
    row = take(sql, {"fence": fence, "worker": worker, "lease": float(lease)}, {"run": run, "queue": queue})
    if row is None:
        return None
    poison = [(p.node, p.listing, p.key) for p in sql.all("poison_of", unit=row.id)] if row.crashes else []
    return Claim(load_unit(row), fence, tuple(json.loads(row.cursor)), row.attempts, row.crashes, frozenset(poison))


def _take_at_once(sql: Statements, claim: dict[str, Any], wanted: dict[str, Any]) -> Any:
    return sql.one("claim", **claim, **wanted)


def _take(sql: Statements, claim: dict[str, Any], wanted: dict[str, Any]) -> Any:
    row = sql.one("next_unit", **wanted)
    if row is None:
        return None
    sql.do("claim", unit=row.id, **claim)
    sql.do("take_slot", unit=row.id, service=row.service, n=row.slot)
    if row.gated:
        sql.do("gate", service=row.service)
    return row


def renew(sql: Statements, unit: str, fence: int, lease: float, progress: str) -> tuple[bool, bool]:
    """``(kept, paused)``: whether the worker may go on with the unit, and whether it has to release it because the run
    is paused."""
    row = sql.one("renew", unit=unit, fence=fence, lease=float(lease), progress=clean(progress[:200]))
    if row is None:
        return ended_well(sql, unit, fence), False  # when its final batch is stored, the worker need not stop
    return not row.paused, bool(row.paused)


def touch(sql: Statements, unit: str, fence: int, node: str, listing: str, key: str) -> bool:
    """Note the key that a careful unit reads next; returns whether the worker still holds the unit."""
    return sql.one("touch", unit=unit, fence=fence, touched=dump([node, listing, key])) is not None


def flushing(sql: Statements, unit: str, fence: int, position: QueuePosition) -> bool:
    """Change the unit from running to flushing and free its slot; returns whether the worker still held it, or its
    final batch was stored meanwhile.

    Raises ``Retry`` when a flusher has locked the unit's row.
    """
    where = {"shard": position.shard, "epoch": position.epoch, "position": position.id}
    row = sql.one("flushing", unit=unit, fence=fence, **where)
    if sql.postgresql:  # there the same statement also finds out whether the unit has ended
        if row is not None and row.locked:
            raise Retry("a flusher is storing the unit", reason="busy")
        return row is not None and bool(row.ended)
    if row is None:
        return ended_well(sql, unit, fence)
    sql.do("free_slot_of", unit=unit)
    return True


def ended_well(sql: Statements, unit: str, fence: int) -> bool:
    """Whether the unit's final batch, of this fence, is in the queue or stored."""
    current, _, state = standing(sql, unit)
    return current == fence and state in _ENDED


def standing(sql: Statements, unit: str) -> tuple[int | None, int, str]:
    """``(fence, committed sequence number, state)`` of a unit; ``(None, 0, "")`` when there is none of this id."""
    row = sql.one("standing", unit=unit)
    return (None, 0, "") if row is None else (row.fence, row.committed_seq, row.state)
