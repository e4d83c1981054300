"""Looks up entities: by name, by container, by words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from specs.entities import describes
from specs.names import clean
from workers.catalog.deletion.absences import counted
from workers.catalog.upsert.words import cut
from workers.catalog.views import Brief, Entry, ServiceView
from workers.store.statements import Transactions

if TYPE_CHECKING:
    from workers.store.database import SqlDatabase


def find(db: SqlDatabase, fqn: str) -> list[Entry]:
    """All entities of this FQN (a table and a trigger may share one), ordered by type, without deleted ones; what
    describes another one stands behind it."""
    with Transactions(db, "workers.catalog").read() as sql:
        rows = sql.all("find", fqn=clean(fqn))
    found = [
        Entry(
            *(row[0], row[1], row[2], row[3], row[4], row[5]),
            content=json.loads(row[6]),
            stats=json.loads(row[7]) if row[7] else {},
            first_seen=row[8],
            changed_at=row[9],
            changed_run=row[10],
        )
        for row in rows
    ]
    return sorted(found, key=lambda each: describes(each.type))


def children(db: SqlDatabase, fqn: str, begin: str = "") -> Iterator[Brief]:
    """Yields the entities directly below ``fqn``, ordered by FQN from ``begin`` on; below the empty FQN are
    services."""
    parent = clean(fqn)
    at = {"parent": parent, "fqn": clean(begin), "type": ""}
    while True:
        with Transactions(db, "workers.catalog").read() as sql:
            rows = sql.all("children_page", **at)
        if not rows:
            return
        yield from (Brief(*row) for row in rows)
        at = {"parent": parent, "fqn": rows[-1][1], "type": rows[-1][0]}


def search(db: SqlDatabase, words: str, limit: int) -> list[Brief]:
    """Up to ``limit`` entities that contain all the words, or words that begin with them, the best name match first."""
    words = clean(words)
    asked = cut(words)
    if not asked:
        return []
    if db.dialect == "sqlite":
        query = " ".join(f'"{word}"*' for word in asked)
    else:
        query = " & ".join(f"'{word}':*" for word in asked)
    with Transactions(db, "workers.catalog").read() as sql:
        return [Brief(*row) for row in sql.all("search", query=query, words=words.strip().lower(), limit=limit)]


def services(db: SqlDatabase) -> list[ServiceView]:
    with Transactions(db, "workers.catalog").read() as sql:
        return [ServiceView(row[0], row[1], int(row[2]), int(row[3])) for row in sql.all("services")]


def stored(db: SqlDatabase, run: str) -> dict[str, int]:
    """How many distinct entities ``run`` stored, by type, counted by SQL; the number is right until a later run changes
    them."""
    with Transactions(db, "workers.catalog").read() as sql:
        return counted(sql.all("stored", run=run))


def names(db: SqlDatabase, service: str, type_: str) -> Iterator[str]:
    """Yields the names of a service's live entities of one type, in no order."""
    with Transactions(db, "workers.catalog").read() as sql:
        for row in sql.stream("names_of_type", service=service, type=type_):
            yield str(row[0])
