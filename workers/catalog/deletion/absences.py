"""Applies decided absences: descendants go with their container, states change, the feed tells it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from specs.entities import entity_types
from workers.store.statements import Statements


def apply(sql: Statements, run: str) -> dict[str, int]:
    """Apply every absence of ``run`` that is decided and not applied yet, at ``sql.now``; returns how many per type.

    Takes the feed's counter, so nothing else may be written behind it in this transaction.
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
    """Rows of a type and a number as a mapping."""
    return {str(row[0]): int(row[1]) for row in rows}


def protect(sql: Statements, run: str, seen: Callable[[int], bool]) -> None:
    """Write down what lies below a suspect and was seen all the same, so that it does not go with it.

    The marks that ``seen`` asks are gone when the run concludes.
    """
    for _, type_, fqn, _ in _pages(sql, "suspects_page", run):
        if _describes(type_):
            continue
        for page in _below(sql, fqn, "missing"):
            found = [_values(run, row, "seen", None) for row in page if seen(row[6])]
            sql.many("follow", found)


def _follow(sql: Statements, run: str) -> None:
    """Add the descendants of absent containers."""
    for id_, type_, fqn, outcome in _pages(sql, "containers", run):
        if _describes(type_):
            continue  # what lies below belongs to the object that it tells of
        if not all(_describes(row.type) for row in sql.all("namesake", run=run, fqn=fqn, type=type_)):
            continue  # a live object of another type has the same name: what lies below may be its own
        for page in _below(sql, fqn, outcome):
            sql.many("follow", [_values(run, row, outcome, id_) for row in page])


def _describes(type_: str) -> bool:
    """Whether entities of a type tell of another object of the same name, so that nothing below is their own."""
    known = entity_types.get(type_)
    return known is not None and known.DESCRIBES


def _pages(sql: Statements, name: str, run: str) -> Iterator[Any]:
    """``(id, type, fqn, outcome)`` of absences, page by page."""
    at = 0
    while rows := sql.all(name, run=run, after=at):
        yield from rows
        at = rows[-1][0]


def _below(sql: Statements, fqn: str, outcome: str) -> Iterator[Sequence[Any]]:
    """Pages of what lies below ``fqn`` and is not yet in the state ``outcome``."""
    at = {"after": f"{fqn}.", "after_type": "", "end": f"{fqn}/", "outcome": outcome}
    while rows := sql.all("descendants_page", **at):
        yield rows
        at |= {"after": rows[-1][2], "after_type": rows[-1][1]}


def _values(run: str, row: Any, outcome: str, cause: int | None) -> dict[str, Any]:
    return {
        "run": run, "id": row[0], "type": row[1], "fqn": row[2], "parent": row[3], "node": row[4], "scope": row[5],
        "outcome": outcome, "cause": cause,
    }  # fmt: skip
