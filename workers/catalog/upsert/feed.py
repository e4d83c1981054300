"""The change feed: numbered in commit order without gaps, because its counter is the last thing that is taken."""

from __future__ import annotations

from collections.abc import Sequence

from workers.catalog.upsert.backend import Backend, Event, Stamp


def append(backend: Backend, events: Sequence[Event], stamp: Stamp) -> None:
    """Append events at the end of a transaction.

    From here to the commit other writers wait on the counter: so their numbers follow ours, as their commits do, and
    a reader that has seen number n has seen everything before it.
    """
    if not events:
        return
    behind = reserve(backend, len(events))
    backend.append(behind - len(events), events, stamp)
    if stamp.run:
        backend.execute("note_run", [{"run": stamp.run, "first": behind - len(events), "last": behind - 1}])


def reserve(backend: Backend, n: int) -> int:
    """Take ``n`` numbers; returns the one behind them."""
    return int(backend.sql.value("advance_feed", n=n))
