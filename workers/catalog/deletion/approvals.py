"""Decisions of people about deletions: list them, approve those above the cap, undo one."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from specs.errors import UsageError
from specs.names import clean
from specs.recipe.extract import parts_of
from workers.catalog.deletion.absences import apply, counted
from workers.catalog.runs import Crawled, known_run
from workers.catalog.upsert.backend import Event, Stamp
from workers.catalog.upsert.feed import append
from workers.catalog.upsert.writer import backend
from workers.catalog.views import DeletionView
from workers.store.statements import Statements, Transactions

if TYPE_CHECKING:
    from workers.store.database import SqlDatabase


def deletions(db: SqlDatabase, run: str) -> Iterator[DeletionView]:
    """Yields every object that ``run`` missed, ordered by FQN. Raises ``UsageError`` for an unknown run."""
    with Transactions(db, "workers.catalog").read() as sql:
        known_run(sql, run)
        for row in sql.stream("absences", run=run):
            yield DeletionView(row[0], row[1], row[2] or "asking", row[3], row[4], row[5] is not None)


def applied(db: SqlDatabase, run: str, outcome: str) -> dict[str, int]:
    """How many objects became ``missing`` or ``deleted`` (``outcome``) through ``run``, by type."""
    with Transactions(db, "workers.catalog").read() as sql:
        return counted(sql.all("absences_by_type", run=run, outcome=outcome))


def undecided(db: SqlDatabase, run: str, outcome: str) -> dict[str, int]:
    """How many objects are ``waiting`` or in ``doubt`` (``outcome``) and need a person's decision, by type."""
    with Transactions(db, "workers.catalog").read() as sql:
        return counted(sql.all("undecided_by_type", run=run, outcome=outcome))


def approve(db: SqlDatabase, run: str, *, doubtful: bool = False, now: float | None = None) -> dict[str, int]:
    """Apply the deletions that wait above the cap; returns how many objects by type became missing, descendants
    included.

    ``doubtful``: apply those in doubt because our grants changed as well, because the person knows that they are gone.
    An object in doubt that was missing before is deleted.

    Raises ``UsageError`` for an unknown or open run, and when a newer run has looked at the service since.
    """
    with Transactions(db, "workers.catalog").write(time.time() if now is None else now) as sql:
        found = known_run(sql, run)
        if found.state in ("running", "confirming"):
            raise UsageError(f"run {run} is not finished", found.service, "approve when it is")
        newer = _newer(sql, run, found)
        if newer is not None:
            remedy = f"see: headrace deletions {newer}"
            raise UsageError(f"a newer run has looked at the service since {run}", found.service, remedy)
        sql.do("approve", run=run, also="doubt" if doubtful else "waiting")
        return apply(sql, run)


def _newer(sql: Statements, run: str, found: Crawled) -> str | None:
    """The latest run that has looked for the same parts of the service since. Recipes are read one by one: usually the
    latest run is the answer."""
    parts = set(parts_of(found.recipe))
    newer = sql.column("newer_runs", run=run, service=found.service)
    return next((id_ for id_ in newer if parts & {*parts_of(known_run(sql, id_).recipe)}), None)


def undelete(db: SqlDatabase, fqn: str, type_: str | None = None, *, now: float | None = None) -> list[tuple[str, str]]:
    """Make missing or deleted entities of this FQN live again, and the descendants that were removed along with them.

    Returns ``(type, fqn)`` of each. Raises ``UsageError`` when there is none.
    """
    with Transactions(db, "workers.catalog").write(time.time() if now is None else now) as sql:
        found = sql.all("not_live_by_name", fqn=clean(fqn), type=clean(type_ or ""))
        if not found:
            raise UsageError("nothing missing or deleted has this name", fqn, "see: headrace deletions RUN")
        back = [tuple(row[:4]) for row in found]
        for row in found:
            back += [tuple(each) for each in sql.all("went_along", run=row.state_run, cause=row.id)]
        sql.many("revive", [{"id": each[0], "now": sql.now} for each in back])
        events = [Event(each[1], each[2], "restored", json.dumps({"state": [each[3], "live"]})) for each in back]
        append(backend(sql.conn), events, Stamp("", "", sql.now, 0))
        return [(each[1], each[2]) for each in back]
