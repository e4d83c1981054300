"""Applies decided absences: the states of objects change, descendants follow their container, and events are
written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from specs.entities import describes
from workers.store.statements import Statements


def apply(sql: Statements, run: str) -> dict[str, int]:
    """Apply every absence of ``run`` that is decided and not applied yet, at the time ``sql.now``; returns how many by
    type.

    It takes the feed's counter, so it must be the last write of the transaction.
    """
    _follow(sql, run)
    n = int(sql.value("count_to_apply", run=run))
    if not n:
        return {}
    sql.do("apply_absences", run=run)
    behind = int(sql.value("advance_feed", n=n))
    sql.do("append_absences", run=run, first=behind - n)
    sql.do("note_run", run=run, first=behind - n, last=behind - 1)
    applied = counted(sql.all("to_apply_by_type", run=run))
    sql.do("applied_absences", run=run)
    return applied


def counted(rows: Iterable[Any]) -> dict[str, int]:
    """Rows of ``(type, number)`` as a mapping."""
    return {str(row[0]): int(row[1]) for row in rows}


def protect(sql: Statements, run: str, seen: Callable[[int], bool]) -> None:
    """Store the objects below a suspect that the run has seen, so that they are not removed along with it.

    This has to happen before the run concludes, because then the marks, which ``seen`` looks up, are removed.
    """
    for _, type_, fqn, _ in _pages(sql, "suspects_page", run):
        if describes(type_):
            continue
        for page in _below(sql, fqn, "missing"):
            found = [_values(run, row, "seen", None) for row in page if seen(row[6])]
            sql.many("follow", found)


def _follow(sql: Statements, run: str) -> None:
    """Add the descendants of absent containers."""
    for id_, type_, fqn, outcome in _pages(sql, "containers", run):
        if describes(type_):
            continue  # the objects below belong to the object that it describes
        if not all(describes(row.type) for row in sql.all("namesake", run=run, fqn=fqn, type=type_)):
            continue  # a live object of another type has the same name, and the objects below may belong to it
        for page in _below(sql, fqn, outcome):
            sql.many("follow", [_values(run, row, outcome, id_) for row in page])


def _pages(sql: Statements, name: str, run: str) -> Iterator[Any]:
    """Yields ``(id, type, fqn, outcome)`` of absences, read in pages."""
    at = 0
    while rows := sql.all(name, run=run, after=at):
        yield from rows
        at = rows[-1][0]


def _below(sql: Statements, fqn: str, outcome: str) -> Iterator[Sequence[Any]]:
    """Yields pages of the objects below ``fqn`` that are not in the state ``outcome`` yet."""
    at = {"after": f"{fqn}.", "after_type": "", "end": f"{fqn}/", "outcome": outcome}
    while rows := sql.all("descendants_page", **at):
        yield rows
        at |= {"after": rows[-1][2], "after_type": rows[-1][1]}


def _values(run: str, row: Any, outcome: str, cause: int | None) -> dict[str, Any]:
    return {
        "run": run, "id": row[0], "type": row[1], "fqn": row[2], "parent": row[3], "node": row[4], "scope": row[5],
        "outcome": outcome, "cause": cause,
    }  # fmt: skip
