"""Dead letters: changes that a sink refused for good, one per object, until the object is taken after all.

Later changes of the object are tried like any other. One that is taken removes the letter, one that is refused
replaces it.
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

LONGEST = 2000
"""Characters of a reason that are kept."""


@dataclass(frozen=True, slots=True)
class Letter:
    """``kind`` is what the change was: ``upsert`` or ``delete``; ``seq`` its number in the feed."""

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
    """Note, in the caller's transaction, what was refused; what was taken has no letter any more."""
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
                "kind": each.change.op, "reason": clean(each.reason)[:LONGEST], "now": time.time(),
            }
            for each in dead.values()
        ]  # fmt: skip
        sql.many("bury", rows)


def letters(db: SqlDatabase, sink: str = "", fqn: str = "", *, limit: int = 1000) -> list[Letter]:
    """Up to ``limit`` dead letters by sink, FQN and type; of one sink and one object where they are given."""
    with Transactions(db, "workers.feed").read() as sql:
        rows = sql.all("dead", **_given(sink, fqn, ("", "", ""), limit))
    return [Letter(*row) for row in rows]


def pages(db: SqlDatabase, sink: str, fqn: str = "", *, limit: int = 500) -> Iterator[list[Letter]]:
    """All dead letters of a sink, page by page; those written meanwhile may be among them."""
    after = ("", "", "")
    while True:
        with Transactions(db, "workers.feed").read() as sql:
            rows = sql.all("dead", **_given(sink, fqn, after, limit))
        if not rows:
            return
        found = [Letter(*row) for row in rows]
        yield found
        after = (found[-1].sink, found[-1].fqn, found[-1].type)


def count(db: SqlDatabase) -> dict[str, int]:
    """Dead letters per sink."""
    with Transactions(db, "workers.feed").read() as sql:
        return {row[0]: int(row[1]) for row in sql.all("count_dead")}


def _given(sink: str, fqn: str, after: tuple[str, str, str], limit: int) -> dict[str, Any]:
    return {
        "sink": sink, "fqn": clean(fqn), "limit": limit, "after_sink": after[0], "after_fqn": after[1],
        "after_type": after[2],
    }  # fmt: skip
