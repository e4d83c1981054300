"""What a batch leaves behind besides entities: outcomes, filtered objects, counts, coverages, seen marks."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from sys import byteorder

from specs.names import clean, mark
from specs.work import Batch, Counts, Row
from workers.ledger.desk import Desk

LONGEST = 4000
"""Characters of a message that are kept."""
SENT, LISTED = 0, 1
"""Kinds of seen marks: of objects that were sent, and of those that were listed but not sent."""


def write_outcomes(desk: Desk, batch: Batch, refused: Sequence[tuple[Row, str]], attempts: int) -> int:
    """One row for each failed or gone object. Returns how many failed."""
    common = {"run": batch.run, "unit": batch.unit, "attempts": attempts + 1}
    rows = [
        {
            **common,
            "kind": outcome.kind,
            "type": outcome.type,
            "fqn": clean(outcome.fqn),
            "key": clean(outcome.key),
            "reason": clean(outcome.reason),
            "message": clean(outcome.message)[:LONGEST],
            "node": node,
            "scope": scope,
        }
        for outcome, node, scope in batch.outcomes
        if outcome.kind != "filtered"
    ]
    rows += [
        {
            **common,
            "kind": "failed",
            "type": row.type,
            "fqn": clean(row.fqn),
            "key": clean(row.name),
            "reason": "refused",
            "message": clean(message)[:LONGEST],
            "node": row.node,
            "scope": clean(row.scope),
        }
        for row, message in refused
    ]
    desk.many("add_outcome", rows)
    return sum(row["kind"] == "failed" for row in rows)


def write_filtered(desk: Desk, batch: Batch) -> None:
    rows = [
        {"run": batch.run, "unit": batch.unit, "type": type_, "rule": clean(rule), "n": n}
        for (type_, rule), n in sorted(batch.filtered.items())
    ]
    desk.many("add_filtered", rows)


def write_counts(
    desk: Desk,
    batch: Batch,
    refused: Sequence[tuple[Row, str]],
    emitted: Mapping[str, int],
    unchanged: Mapping[str, int],
) -> None:
    """Sent is emitted, unchanged, or refused by the database: the last counts as failed."""
    bad: dict[str, int] = {}
    for row, _ in refused:
        bad[row.type] = bad.get(row.type, 0) + 1
    rows = []
    for type_ in sorted(batch.counts.keys() | emitted.keys() | unchanged.keys()):
        counts = batch.counts.get(type_) or Counts()
        rows.append(
            {
                "run": batch.run,
                "unit": batch.unit,
                "type": type_,
                "listed": counts.listed,
                "sent": counts.sent,
                "emitted": emitted.get(type_, 0),
                "unchanged": unchanged.get(type_, 0),
                "filtered": counts.filtered,
                "failed": counts.failed + bad.get(type_, 0),
                "gone": counts.gone,
                "spawned": counts.spawned,
            }
        )
    desk.many("add_counts", rows)


def write_coverages(desk: Desk, batch: Batch) -> None:
    """Listings of single keys prove nothing about a scope, so only their errors are kept."""
    rows = [
        {
            "run": batch.run,
            "unit": batch.unit,
            "node": coverage.node,
            "scope": coverage.scope.fqn,
            "after": _clean(coverage.range.after),
            "until": _clean(coverage.range.until),
            "error": _clean(coverage.error),
            "reason": coverage.reason,
        }
        for coverage in batch.coverages
        if coverage.error is not None or coverage.range.only is None
    ]
    desk.many("add_coverage", rows)


def _clean(text: str | None) -> str | None:
    return None if text is None else clean(text)


def write_marks(desk: Desk, batch: Batch) -> None:
    common = {"run": batch.run, "unit": batch.unit, "seq": batch.seq}
    rows = []
    if batch.rows:
        rows.append({**common, "kind": SENT, "blob": pack([mark(row.type, row.fqn) for row in batch.rows])})
    if batch.seen:
        rows.append({**common, "kind": LISTED, "blob": pack(batch.seen)})
    desk.many("add_marks", rows)


def pack(marks: Sequence[int]) -> bytes:
    """Marks as 8-byte big-endian signed numbers."""
    packed = array("q", marks)
    if byteorder == "little":
        packed.byteswap()
    return packed.tobytes()
