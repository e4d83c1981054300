"""Applies decided absences: descendants go with their container, states change, the feed tells it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from workers import sqlfile
from workers.catalog.marks import load_marks
from workers.catalog.seen import Marks

if TYPE_CHECKING:
    from workers.database import Database


def apply(db: Database, conn: Connection, run: str, now: float) -> dict[str, int]:
    """Apply every absence of ``run`` that is decided and not applied yet; returns how many per type.

    Takes the feed's counter, so nothing else may be written behind it in this transaction.
    """
    queries = sqlfile.load("workers.catalog", db.dialect)
    _follow(conn, queries, run)
    n = int(conn.execute(queries["count_to_apply"], {"run": run}).scalar_one())
    if not n:
        return {}
    conn.execute(queries["apply_absences"], {"run": run, "now": now})
    behind = int(conn.execute(queries["advance_feed"], {"n": n}).scalar_one())
    conn.execute(queries["append_absences"], {"run": run, "now": now, "first": behind - n})
    conn.execute(queries["note_run"], {"run": run, "first": behind - n, "last": behind - 1})
    applied = counted(conn.execute(queries["to_apply_by_type"], {"run": run}))
    conn.execute(queries["applied_absences"], {"run": run, "now": now})
    return applied


def counted(rows: Iterable[Any]) -> dict[str, int]:
    """Rows of a type and a number as a mapping."""
    return {str(row[0]): int(row[1]) for row in rows}


def _follow(conn: Connection, queries: sqlfile.Queries, run: str) -> None:
    """Add the descendants of absent containers. What this run has seen never goes with them."""
    marks: tuple[Marks, Marks] | None = None
    at = 0
    while page := conn.execute(queries["containers"], {"run": run, "after": at}).fetchall():
        at = page[-1][0]
        for id_, type_, fqn, outcome in page:
            if conn.execute(queries["namesake"], {"run": run, "fqn": fqn, "type": type_}).first():
                continue  # a live object of another type has the same name: what lies below may be its own
            after, after_type = f"{fqn}.", ""
            while True:
                below = {"after": after, "after_type": after_type, "end": f"{fqn}/", "outcome": outcome}
                rows = conn.execute(queries["descendants_page"], below).fetchall()
                if not rows:
                    break
                after, after_type = rows[-1][2], rows[-1][1]
                marks = marks or load_marks(conn, queries, run)
                sent, listed = marks
                found = [
                    {"run": run, "id": row[0], "type": row[1], "fqn": row[2], "parent": row[3], "node": row[4],
                     "scope": row[5], "outcome": outcome, "cause": id_}
                    for row in rows
                    if row[6] not in sent and row[6] not in listed
                ]  # fmt: skip
                if found:
                    conn.exec_driver_sql(queries.driver("follow"), found)
