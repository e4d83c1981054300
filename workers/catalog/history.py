"""Reads the change feed: event by event, or summed up per object."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from specs.errors import UsageError
from specs.names import clean
from workers.catalog.views import ChangeView, Difference
from workers.store import named_sql

if TYPE_CHECKING:
    from workers.store.database import SqlDatabase

STREAM = {"yield_per": 1000}
"""Rows that are held at once, of results of any size."""


def changes(db: SqlDatabase, since: int = 0, *, run: str | None = None, limit: int = 1000) -> list[ChangeView]:
    """Up to ``limit`` events behind number ``since``, in order; of one run, where it is given.

    Raises ``UsageError`` for a run that is not known.
    """
    queries = named_sql.load("workers.catalog", db.dialect)
    with db.read() as conn:
        given: dict[str, Any] = {"seq": since, "limit": limit}
        if run is not None:
            known_run(conn, queries, run)
            rows = conn.execute(queries["changes_of_run"], given | {"run": run})
        else:
            rows = conn.execute(queries["changes"], given)
        return [ChangeView(row[0], row[1], row[2], row[3], _load(row[4]), row[5], row[6]) for row in rows]


def position(db: SqlDatabase) -> tuple[int, int]:
    """``(first, last)`` number that the feed still holds; a reader behind ``first - 1`` has to start afresh."""
    queries = named_sql.load("workers.catalog", db.dialect)
    with db.read() as conn:
        last = int(conn.execute(queries["last_seq"]).scalar_one())
        first = conn.execute(queries["first_kept"]).scalar_one_or_none()
        return (last + 1 if first is None else int(first)), last


def diff(db: SqlDatabase, since: str | None = None) -> Iterator[Difference]:
    """What changed, one entry per object, ordered by FQN: behind run ``since``, or by the latest run.

    Raises ``UsageError`` for a run that is not known.
    """
    queries = named_sql.load("workers.catalog", db.dialect)
    with db.read() as conn:
        if since is None:
            latest = conn.execute(queries["latest_run"]).scalar_one_or_none()
            rows = conn.execute(queries["changes_of_run_by_object"], {"run": latest or ""}, execution_options=STREAM)
        else:
            known_run(conn, queries, since)
            seq = conn.execute(queries["seq_behind_run"], {"run": since}).scalar_one_or_none()
            if seq is None:
                seq = conn.execute(queries["seq_behind_time"], {"run": since}).scalar_one()
            rows = conn.execute(queries["changes_by_object"], {"seq": seq}, execution_options=STREAM)
        for (fqn, type_), events in groupby(rows, key=lambda row: (row[1], row[0])):
            found = _sum_up(type_, fqn, events)
            if found is not None:
                yield found


def known_run(conn: Connection, queries: named_sql.Queries, run: str) -> tuple[str, str]:
    """The service and state of a run. Raises ``UsageError`` when there is none of this id."""
    row = conn.execute(queries["known_run"], {"run": clean(run)}).first()
    if row is None:
        raise UsageError(f"there is no run {run!r}", remedy="see: headrace runs", reason="unknown")
    return str(row[0]), str(row[1])


def _sum_up(type_: str, fqn: str, events: Iterable[Any]) -> Difference | None:
    """Fold the events of one object; ``None`` when it came and went, or is as it was."""
    kinds: list[str] = []
    paths: dict[str, list[Any]] = {}
    for row in events:
        kinds.append(row[2])
        for path, (old, new) in (_load(row[3]) or {}).items():
            paths[path] = [paths[path][0] if path in paths else old, new]
    paths = {path: pair for path, pair in paths.items() if pair[0] != pair[1]}
    if kinds[-1] == "deleted":
        return None if kinds[0] == "created" else Difference(type_, fqn, "deleted", None)
    if kinds[0] == "created":
        return Difference(type_, fqn, "created", None)
    if "restored" in kinds:
        away = paths.pop("state", None)
        came_and_went = kinds[0] == "deleted" or away is not None
        if not came_and_went:
            return Difference(type_, fqn, "restored", paths or None)
    return Difference(type_, fqn, "updated", paths) if paths else None


def _load(text: str | None) -> dict[str, Any] | None:
    return json.loads(text) if text else None
