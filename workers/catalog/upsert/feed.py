"""The change feed. Its events are numbered in commit order without gaps, because a transaction takes numbers last."""

from __future__ import annotations

from collections.abc import Sequence

from workers.catalog.upsert.backend import Backend, Event, Stamp


def append(backend: Backend, events: Sequence[Event], stamp: Stamp) -> None:
    """Append events at the end of a transaction.

    Until the commit, other writers wait for the counter's row, so that their numbers follow ours as their commits do: a
    reader that has seen the number n has seen all events before it.
    """
    if not events:
        return
    behind = int(backend.sql.value("advance_feed", n=len(events)))
    backend.append(behind - len(events), events, stamp)
    if stamp.run:
        backend.execute("note_run", [{"run": stamp.run, "first": behind - len(events), "last": behind - 1}])
