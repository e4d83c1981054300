"""Pages of what a sink has to be told next: of the service's state while it bootstraps, then of the change feed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from specs import names
from specs.contracts.sink import Change
from specs.sources import container_types
from workers.feed.subscriptions import AGAIN, BEGUN, FeedPosition
from workers.store.database import SqlDatabase
from workers.store.statements import Statements, Transactions

ENTRIES = 500
"""Events or entities of one page, at most."""
BYTES = 4_000_000
"""Bytes of contents in one page, at most, unless one entity alone has more."""
WINDOW = 20_000
"""Events that are looked through for those of one service in one query."""
BELOW = 5000
"""Deleted objects below one restored container that are told again, at most."""
LATE = frozenset({"Lineage", "Usage", "TableProfile"})
"""Types that speak of other objects: they come behind them."""


@dataclass(frozen=True, slots=True)
class Page:
    """``changes`` in the order of their delivery; ``position`` is acknowledged when all are.

    ``more``: there is something behind this page already.
    """

    changes: list[Change]
    position: FeedPosition
    more: bool


def read(db: SqlDatabase, service: str, at: FeedPosition, *, entries: int = ENTRIES, max_bytes: int = BYTES) -> Page:
    """The page behind ``at``, from one look at the catalog.

    A sink whose position the feed no longer covers starts with a snapshot again. Contents are those of now: a change
    that was overtaken arrives in its newest state, and once more when its turn comes.
    """
    with Transactions(db, "workers.feed").read() as sql:
        last = int(sql.value("last_seq"))
        first = sql.value("first_kept")
        behind = at.seq < last and (first is None or at.seq + 1 < first)
        if behind and at.cursor in ("", BEGUN):
            at = FeedPosition(at.seq, AGAIN)
        if at.cursor:
            return _of_state(sql, service, at, last, entries, max_bytes)
        return _of_feed(sql, service, at, last, entries, max_bytes)


def begun(db: SqlDatabase) -> FeedPosition:
    """Where a first snapshot begins: at the end of the feed as it is now.

    It is written down before anything is sent: what was sent before the first page broke off, and is deleted by the
    next try, is told by the feed then.
    """
    with Transactions(db, "workers.feed").read() as sql:
        return FeedPosition(int(sql.value("last_seq")), BEGUN)


def _of_feed(
    sql: Statements, service: str, at: FeedPosition, last: int, entries: int, max_bytes: int
) -> Page:  # fmt: skip
    until = min(last, at.seq + WINDOW)
    root = names.build(service)
    given = {
        "seq": at.seq, "until": until, "root": root, "after": f"{root}.", "end": f"{root}/", "limit": entries,
        "max_bytes": max_bytes,
    }  # fmt: skip
    newest: dict[tuple[str, str], Change] = {}
    restored: dict[str, int] = {}
    rows = sql.all("feed_page", **given)
    if rows and (len(rows) < rows[0].listed or rows[0].listed == entries):  # the next ones are too much, or too many
        until = int(rows[-1].seq)
    for seq, type_, fqn, kind, state, content, _ in rows:
        reached = int(seq)
        if kind == "deleted":
            newest[type_, fqn] = Change(reached, "delete", type_, fqn)
        elif content is not None and state != "deleted":
            newest[type_, fqn] = Change(reached, "upsert", type_, fqn, state, content)
            if kind == "restored" and type_ in container_types():  # it may bring back, over there, what lay below
                restored[fqn] = reached
        else:  # it is deleted by now, which the feed tells further on
            newest.pop((type_, fqn), None)
    again = _below(sql, service, restored)
    changes = [change for key, change in newest.items() if key not in again or change.op == "upsert"]
    return Page([*arranged(changes), *arranged(again.values())], FeedPosition(until, ""), until < last)


def _below(sql: Statements, service: str, restored: Mapping[str, int]) -> dict[tuple[str, str], Change]:
    """Deletions of what lies below restored containers: a sink may have brought it back along with them."""
    found = {}
    for fqn, seq in restored.items():
        for type_, below in sql.all("deleted_below", service=service, after=f"{fqn}.", end=f"{fqn}/", limit=BELOW):
            found[type_, below] = Change(seq, "delete", type_, below)
    return found


def _of_state(
    sql: Statements, service: str, at: FeedPosition, last: int, entries: int, max_bytes: int
) -> Page:  # fmt: skip
    cursor = json.loads(at.cursor)
    root = names.build(service)
    # what changes from this number on is told by the feed
    begun = last if cursor["again"] and not cursor["fqn"] else at.seq
    given = {
        "fqn": cursor["fqn"] or root, "type": cursor["type"], "end": f"{root}/", "service": service,
        "again": int(cursor["again"]), "limit": entries, "max_bytes": max_bytes,
    }  # fmt: skip
    changes: list[Change] = []
    rows = sql.all("state_page", **given)
    for type_, fqn, state, content, _ in rows:
        cursor |= {"fqn": fqn, "type": type_}
        if state == "deleted" or content is None:
            changes.append(Change(begun, "delete", type_, fqn))
        else:
            changes.append(Change(begun, "upsert", type_, fqn, state, content))
    if rows and (len(rows) < rows[0].listed or rows[0].listed == entries):
        return Page(arranged(changes, gone_first=False), FeedPosition(begun, json.dumps(cursor)), True)
    return Page(arranged(changes, gone_first=False), FeedPosition(begun, ""), begun < last)


def arranged(changes: Iterable[Change], *, gone_first: bool = True) -> list[Change]:
    """What goes, contents before containers; then what comes, containers before contents; or the other way round."""
    changes = list(changes)
    rank = {id(change): len(names.split(change.fqn)) for change in changes}
    gone = [change for change in changes if change.op == "delete"]
    come = [change for change in changes if change.op == "upsert"]
    gone.sort(key=lambda change: (-rank[id(change)], change.seq))
    come.sort(key=lambda change: (change.type in LATE, rank[id(change)], change.seq))
    return gone + come if gone_first else come + gone


def current(db: SqlDatabase, changes: Iterable[Change]) -> list[Change]:
    """``changes`` as the catalog has their objects now, numbered by the end of the feed."""
    found: list[Change] = []
    with Transactions(db, "workers.feed").read() as sql:
        last = int(sql.value("last_seq"))
        for change in changes:
            row = sql.one("state_of", fqn=change.fqn, type=change.type)
            if row is None or row[0] == "deleted" or row[1] is None:
                found.append(replace(change, seq=last, op="delete", state="live", content=""))
            else:
                found.append(replace(change, seq=last, op="upsert", state=row[0], content=row[1]))
    return found
