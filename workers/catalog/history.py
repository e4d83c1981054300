"""Reads the change feed: event by event, or summarised per object."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Any

from workers.catalog.runs import known_run
from workers.catalog.views import ChangeView, Difference
from workers.store.statements import Transactions

if TYPE_CHECKING:
    from workers.store.database import SqlDatabase


def changes(db: SqlDatabase, since: int = 0, *, run: str | None = None, limit: int = 1000) -> list[ChangeView]:
    """Up to ``limit`` events behind number ``since``, in order; with ``run``, those of one run only.

    Raises ``UsageError`` for an unknown run.
    """
    with Transactions(db, "workers.catalog").read() as sql:
        given: dict[str, Any] = {"seq": since, "limit": limit}
        if run is not None:
            known_run(sql, run)
            rows = sql.all("changes_of_run", **given, run=run)
        else:
            rows = sql.all("changes", **given)
        return [ChangeView(row[0], row[1], row[2], row[3], _load(row[4]), row[5], row[6]) for row in rows]


def position(db: SqlDatabase) -> tuple[int, int]:
    """``(first, last)`` number of the events in the feed. A reader that has seen less than ``first - 1`` has to start
    anew with a snapshot."""
    with Transactions(db, "workers.catalog").read() as sql:
        last = int(sql.value("last_seq"))
        first = sql.value("first_kept")
        return (last + 1 if first is None else int(first)), last


def diff(db: SqlDatabase, since: str | None = None) -> Iterator[Difference]:
    """Yields one difference per changed object, ordered by FQN: of all events behind run ``since``, or of the latest
    run.

    Raises ``UsageError`` for an unknown run.
    """
    with Transactions(db, "workers.catalog").read() as sql:
        if since is None:
            latest = sql.value("latest_run")
            rows = sql.stream("changes_of_run_by_object", run=latest or "")
        else:
            known_run(sql, since)
            seq = sql.value("seq_behind_run", run=since)
            if seq is None:
                seq = sql.value("seq_behind_time", run=since)
            rows = sql.stream("changes_by_object", seq=seq)
        for (fqn, type_), events in groupby(rows, key=lambda row: (row[1], row[0])):
            found = _sum_up(type_, fqn, events)
            if found is not None:
                yield found


def _sum_up(type_: str, fqn: str, events: Iterable[Any]) -> Difference | None:
    """Summarise the events of one object; ``None`` when it was created and deleted again, or is as it was before."""
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
