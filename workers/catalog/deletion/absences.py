"""Applies decided absences: descendants go with their container, states change, the feed tells it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from workers.store import named_sql

if TYPE_CHECKING:
    from workers.store.database import SqlDatabase


def apply(db: SqlDatabase, conn: Connection, run: str, now: float) -> dict[str, int]:
    """Apply every absence of ``run`` that is decided and not applied yet; returns how many per type.

    Takes the feed's counter, so nothing else may be written behind it in this transaction.
    """
    queries = named_sql.load("workers.catalog", db.dialect)
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


def protect(conn: Connection, queries: named_sql.Queries, run: str, seen: Callable[[int], bool]) -> None:
    """Write down what lies below a suspect and was seen all the same, so that it does not go with it.

    The marks that ``seen`` asks are gone when the run concludes.
    """
    for _, _, fqn, _ in _pages(conn, queries, "suspects_page", run):
        for page in _below(conn, queries, fqn, "missing"):
            found = [_values(run, row, "seen", None) for row in page if seen(row[6])]
            if found:
                conn.exec_driver_sql(queries.driver("follow"), found)


def _follow(conn: Connection, queries: named_sql.Queries, run: str) -> None:
    """Add the descendants of absent containers."""
    for id_, type_, fqn, outcome in _pages(conn, queries, "containers", run):
        if conn.execute(queries["namesake"], {"run": run, "fqn": fqn, "type": type_}).first():
            continue  # a live object of another type has the same name: what lies below may be its own
        for page in _below(conn, queries, fqn, outcome):
            conn.exec_driver_sql(queries.driver("follow"), [_values(run, row, outcome, id_) for row in page])


def _pages(conn: Connection, queries: named_sql.Queries, name: str, run: str) -> Iterator[Any]:
    """``(id, type, fqn, outcome)`` of absences, page by page."""
    at = 0
    while rows := conn.execute(queries[name], {"run": run, "after": at}).fetchall():
        yield from rows
        at = rows[-1][0]


def _below(conn: Connection, queries: named_sql.Queries, fqn: str, outcome: str) -> Iterator[Sequence[Any]]:
    """Pages of what lies below ``fqn`` and is not yet in the state ``outcome``."""
    at = {"after": f"{fqn}.", "after_type": "", "end": f"{fqn}/", "outcome": outcome}
    while rows := conn.exec_driver_sql(queries.driver("descendants_page"), at).fetchall():
        yield rows
        at |= {"after": rows[-1][2], "after_type": rows[-1][1]}


def _values(run: str, row: Any, outcome: str, cause: int | None) -> dict[str, Any]:
    return {
        "run": run, "id": row[0], "type": row[1], "fqn": row[2], "parent": row[3], "node": row[4], "scope": row[5],
        "outcome": outcome, "cause": cause,
    }  # fmt: skip
