"""Loads the marks of a run from the ledger."""

from __future__ import annotations

from workers.catalog.deletion.seen import Marks
from workers.store.statements import Statements


def load_marks(sql: Statements, run: str) -> tuple[Marks, Marks]:
    """``(sent, listed)``: the marks of the objects that the run has sent, and of those that it has listed but not sent
    (filtered, failed, gone, spawned)."""
    sent, listed = Marks(), Marks()
    at = 0
    while page := sql.all("marks_page", run=run, after=at):
        for _, kind, blob in page:
            (sent if kind == 0 else listed).add(blob)
        at = page[-1][0]
    return sent, listed
