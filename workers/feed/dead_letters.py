"""Dead letters: changes that a sink refused, at most one per object and sink.

Later changes of the object are delivered like any other: one that the sink accepts removes the dead letter, one that it
refuses replaces it.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

from specs.contracts.sink import Change, Refused
from specs.names import clean
from workers.store.database import SqlDatabase
from workers.store.statements import Statements, Transactions

REASON_CHARACTERS = 2000
"""Most characters of a reason that are stored."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One dead letter. ``kind`` is that of the change, ``upsert`` or ``delete``; ``seq`` is its number in the feed;
    ``at`` is in epoch seconds."""

    sink: str
    seq: int
    type: str
    fqn: str
    kind: str
    reason: str
    attempts: int
    at: float

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def change(self) -> Change:
        op: Literal["upsert", "delete"] = "delete" if self.kind == "delete" else "upsert"
        return Change(self.seq, op, self.type, self.fqn)


def settle(sql: Statements, sink: str, sent: Iterable[Change], refused: Iterable[Refused]) -> None:
    """Store the refused changes, and remove the dead letters of the accepted ones, in the caller's transaction."""
    dead = {(each.change.type, each.change.fqn): each for each in refused}
    if sql.one("any_dead", sink=sink) is not None:
        taken = [
            {"sink": sink, "type": each.type, "fqn": each.fqn} for each in sent if (each.type, each.fqn) not in dead
        ]
        sql.many("raise_dead", taken)
    if dead:
        rows = [
            {
                "sink": sink, "seq": each.change.seq, "type": each.change.type, "fqn": each.change.fqn,
                "kind": each.change.op, "reason": clean(each.reason)[:REASON_CHARACTERS], "now": time.time(),
            }
            for each in dead.values()
        ]  # fmt: skip
        sql.many("bury", rows)


def letters(db: SqlDatabase, sink: str = "", fqn: str = "", *, limit: int = 1000) -> list[Letter]:
    """The first ``limit`` dead letters, ordered by sink, FQN and type; of one sink or one object where given."""
    return next(pages(db, sink, fqn, limit=limit), [])


def pages(db: SqlDatabase, sink: str, fqn: str = "", *, limit: int = 500) -> Iterator[list[Letter]]:
    """Yields pages of all dead letters of a sink, or of all sinks where it is empty; those that are written meanwhile
    may be among them."""
    after = ("", "", "")
    while True:
        with Transactions(db, "workers.feed").read() as sql:
            rows = sql.all(
                "dead", sink=sink, fqn=clean(fqn), limit=limit, after_sink=after[0], after_fqn=after[1],
                after_type=after[2],
            )  # fmt: skip
        if not rows:
            return
        found = [Letter(*row) for row in rows]
        yield found
        after = (found[-1].sink, found[-1].fqn, found[-1].type)


def count(db: SqlDatabase) -> dict[str, int]:
    """The number of dead letters by sink."""
    with Transactions(db, "workers.feed").read() as sql:
        return {row[0]: int(row[1]) for row in sql.all("count_dead")}
