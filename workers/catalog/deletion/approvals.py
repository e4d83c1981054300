"""What people decide about deletions: look at them, approve those above the cap, take one back."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from specs.errors import UsageError
from specs.names import clean
from workers.catalog.deletion.absences import apply, counted
from workers.catalog.history import STREAM, known_run
from workers.catalog.upsert.backend import Event, Stamp
from workers.catalog.upsert.feed import append
from workers.catalog.upsert.writer import backend
from workers.catalog.views import DeletionView
from workers.store import named_sql

if TYPE_CHECKING:
    from workers.store.database import SqlDatabase


def deletions(db: SqlDatabase, run: str) -> Iterator[DeletionView]:
    """Everything that ``run`` missed, ordered by FQN. Raises ``UsageError`` for an unknown run."""
    queries = named_sql.load("workers.catalog", db.dialect)
    with db.read() as conn:
        known_run(conn, queries, run)
        for row in conn.execute(queries["absences"], {"run": run}, execution_options=STREAM):
            yield DeletionView(row[0], row[1], row[2] or "asking", row[3], row[4], row[5] is not None)


def applied(db: SqlDatabase, run: str, outcome: str) -> dict[str, int]:
    """How many objects per type became ``missing`` or ``deleted`` through ``run``."""
    queries = named_sql.load("workers.catalog", db.dialect)
    with db.read() as conn:
        return counted(conn.execute(queries["absences_by_type"], {"run": run, "outcome": outcome}))


def undecided(db: SqlDatabase, run: str, outcome: str) -> dict[str, int]:
    """How many objects per type are still ``waiting`` or in ``doubt``: a person decides."""
    queries = named_sql.load("workers.catalog", db.dialect)
    with db.read() as conn:
        return counted(conn.execute(queries["undecided_by_type"], {"run": run, "outcome": outcome}))


def approve(db: SqlDatabase, run: str, *, doubtful: bool = False, now: float | None = None) -> dict[str, int]:
    """Apply what waits above the cap; returns how many objects per type became missing, descendants included.

    What was missing already, and is in doubt now, is deleted.

    ``doubtful``: what is in doubt because our grants changed, too: a person knows that it is gone.

    Raises ``UsageError`` for an unknown or open run, and when a newer run has looked at the service since.
    """
    queries = named_sql.load("workers.catalog", db.dialect)
    with db.write() as conn:
        service, state = known_run(conn, queries, run)
        if state in ("running", "confirming"):
            raise UsageError(f"run {run} is not finished", service, "approve when it is")
        newer = conn.execute(queries["newer_run"], {"run": run, "service": service}).first()
        if newer is not None:
            remedy = f"see: headrace deletions {newer[0]}"
            raise UsageError(f"a newer run has looked at the service since {run}", service, remedy)
        conn.execute(queries["approve"], {"run": run, "also": "doubt" if doubtful else "waiting"})
        return apply(db, conn, run, time.time() if now is None else now)


def undelete(db: SqlDatabase, fqn: str, type_: str | None = None, *, now: float | None = None) -> list[tuple[str, str]]:
    """Make missing or deleted entities of this FQN live again, and what went along with them.

    Returns their ``(type, fqn)``. Raises ``UsageError`` when there is none.
    """
    queries = named_sql.load("workers.catalog", db.dialect)
    at = time.time() if now is None else now
    with db.write() as conn:
        found = conn.execute(queries["not_live_by_name"], {"fqn": clean(fqn), "type": clean(type_ or "")}).fetchall()
        if not found:
            raise UsageError("nothing missing or deleted has this name", fqn, "see: headrace deletions RUN")
        back = [tuple(row[:4]) for row in found]
        for row in found:
            along = {"run": row.state_run, "cause": row.id}
            back += [tuple(each) for each in conn.execute(queries["went_along"], along)]
        conn.exec_driver_sql(queries.driver("revive"), [{"id": each[0], "now": at} for each in back])
        events = [Event(each[1], each[2], "restored", json.dumps({"state": [each[3], "live"]})) for each in back]
        append(backend(db.dialect, conn), conn, events, Stamp("", "", at, 0))
        return [(each[1], each[2]) for each in back]
