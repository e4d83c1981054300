"""The next page of changes for a sink: first of the service's whole state (its bootstrap), then of the change feed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from specs import names
from specs.contracts.sink import Change
from specs.sources import container_types
from workers.feed.subscription.subscriptions import AGAIN, BEGUN, FeedPosition
from workers.store.database import SqlDatabase
from workers.store.statements import Statements, Transactions

PAGE_ENTRIES = 500
"""Most events or entities of one page."""
PAGE_BYTES = 4_000_000
"""Most bytes of contents in one page, unless a single entity has more."""
PAGE_EVENTS = 20_000
"""Events in which one query looks for those of one service."""
DELETED_TOLD_AGAIN = 5000
"""Most deleted objects below one restored container whose deletion is sent again."""
LATE = frozenset({"Lineage", "Usage", "TableProfile"})
"""Types that refer to other objects: they are sent after all others."""


@dataclass(frozen=True, slots=True)
class Page:
    """``changes`` in the order of their delivery; ``position`` is acknowledged once all are delivered.

    ``more``: there are events behind this page already.
    """

    changes: list[Change]
    position: FeedPosition
    more: bool


def read(
    db: SqlDatabase, service: str, at: FeedPosition, *, entries: int = PAGE_ENTRIES, max_bytes: int = PAGE_BYTES
) -> Page:
    """The page behind ``at``, read in one transaction.

    A sink whose position is older than the feed gets a snapshot again. Contents are the present ones: when an object
    has changed again since, its newest content is sent for both events. Raises ``Retry`` while the database is
    unavailable.
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
    """The position at which a first snapshot begins: the present end of the feed.

    It is stored before anything is sent. Otherwise, if the first page is interrupted and an object that was sent is
    deleted before the next try, the sink would never learn of that deletion.
    """
    with Transactions(db, "workers.feed").read() as sql:
        return FeedPosition(int(sql.value("last_seq")), BEGUN)


def _of_feed(
    sql: Statements, service: str, at: FeedPosition, last: int, entries: int, max_bytes: int
) -> Page:  # fmt: skip
    until = min(last, at.seq + PAGE_EVENTS)
    root = names.build(service)
    given = {
        "seq": at.seq, "until": until, "root": root, "after": f"{root}.", "end": f"{root}/", "limit": entries,
        "max_bytes": max_bytes,
    }  # fmt: skip
    newest: dict[tuple[str, str], Change] = {}
    restored: dict[str, int] = {}
    rows = sql.all("feed_page", **given)
    if rows and (len(rows) < rows[0].listed or rows[0].listed == entries):  # the page is full, by bytes or by entries
        until = int(rows[-1].seq)
    for seq, type_, fqn, kind, state, content, numbers, _ in rows:
        reached = int(seq)
        if kind == "deleted":
            newest[type_, fqn] = Change(reached, "delete", type_, fqn)
        elif content is not None and state != "deleted":
            newest[type_, fqn] = Change(reached, "upsert", type_, fqn, state, told(content, numbers))
            if kind == "restored" and type_ in container_types():  # the sink may restore its contents along with it
                restored[fqn] = reached
        else:  # it was deleted since; a later event of the feed says so
            newest.pop((type_, fqn), None)
    again = _below(sql, service, restored)
    changes = [change for key, change in newest.items() if key not in again or change.op == "upsert"]
    return Page([*arranged(changes), *arranged(again.values())], FeedPosition(until, ""), until < last)


def _below(sql: Statements, service: str, restored: Mapping[str, int]) -> dict[tuple[str, str], Change]:
    """The deletions of objects below restored containers, by ``(type, FQN)``, to be sent again: a sink may have
    restored these objects along with their container."""
    found = {}
    for fqn, seq in restored.items():
        for type_, below in sql.all(
            "deleted_below", service=service, after=f"{fqn}.", end=f"{fqn}/", limit=DELETED_TOLD_AGAIN
        ):
            found[type_, below] = Change(seq, "delete", type_, below)
    return found


def _of_state(
    sql: Statements, service: str, at: FeedPosition, last: int, entries: int, max_bytes: int
) -> Page:  # fmt: skip
    cursor = json.loads(at.cursor)
    root = names.build(service)
    usage = cursor.get("usage", False)
    # changes from this number on are sent from the feed afterwards
    begun = last if cursor["again"] and not cursor["fqn"] and not usage else at.seq
    given = {
        "fqn": cursor["fqn"] or root, "type": cursor["type"], "end": f"{root}/", "service": service,
        "again": int(cursor["again"]), "usage": int(usage), "limit": entries, "max_bytes": max_bytes,
    }  # fmt: skip
    changes: list[Change] = []
    rows = sql.all("state_page", **given)
    for type_, fqn, state, content, numbers, _ in rows:
        cursor |= {"fqn": fqn, "type": type_}
        if state == "deleted" or content is None:
            changes.append(Change(begun, "delete", type_, fqn))
        else:
            changes.append(Change(begun, "upsert", type_, fqn, state, told(content, numbers)))
    if rows and (len(rows) < rows[0].listed or rows[0].listed == entries):
        return Page(arranged(changes, gone_first=False), FeedPosition(begun, json.dumps(cursor)), True)
    if not usage:  # the buckets of usage come once the sink has all objects of which they tell
        cursor |= {"fqn": "", "type": "", "usage": True}
        return Page(arranged(changes, gone_first=False), FeedPosition(begun, json.dumps(cursor)), True)
    return Page(arranged(changes, gone_first=False), FeedPosition(begun, ""), begun < last)


def arranged(changes: Iterable[Change], *, gone_first: bool = True) -> list[Change]:
    """``changes`` in the order of delivery: first deletions, contents before containers; then the rest, containers
    before contents. Without ``gone_first`` deletions come last."""
    changes = list(changes)
    rank = {id(change): len(names.split(change.fqn)) for change in changes}
    gone = [change for change in changes if change.op == "delete"]
    come = [change for change in changes if change.op == "upsert"]
    gone.sort(key=lambda change: (-rank[id(change)], change.seq))
    come.sort(key=lambda change: (change.type in LATE, rank[id(change)], change.seq))
    return gone + come if gone_first else come + gone


def told(content: str, numbers: str | None) -> str:
    """The content of an entity, with its volatile fields behind as an export with statistics has them. They are read
    for the types alone that sinks get them of."""
    return f'{content[:-1]},"stats":{numbers}}}' if numbers else content


def current(db: SqlDatabase, changes: Iterable[Change]) -> list[Change]:
    """``changes`` with the present contents of their objects, and with the number of the present end of the feed."""
    found: list[Change] = []
    with Transactions(db, "workers.feed").read() as sql:
        last = int(sql.value("last_seq"))
        for change in changes:
            row = sql.one("state_of", fqn=change.fqn, type=change.type)
            if row is None or row[0] == "deleted" or row[1] is None:
                found.append(replace(change, seq=last, op="delete", state="live", content=""))
            else:
                found.append(replace(change, seq=last, op="upsert", state=row[0], content=told(row[1], row[2])))
    return found
