"""The rows that a batch adds to the ledger besides entities: outcomes, filtered objects, counts, coverages, seen
marks."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from sys import byteorder
from typing import Any, Protocol

from specs.contracts.work import Batch, Counts, Row
from specs.names import clean, mark
from workers.ledger.ports import StoredPort
from workers.store.statements import Statements

Record = dict[str, Any]
MESSAGE_CHARACTERS = 4000
"""Most characters of a message that are stored."""
SENT, LISTED = 0, 1
"""Kinds of seen marks: of objects that were sent, and of those that were listed but not sent."""


class Taken(Protocol):
    """A batch that is being committed, its unit's row, and what became of its rows."""

    @property
    def batch(self) -> Batch: ...
    @property
    def unit(self) -> Any: ...
    @property
    def stored(self) -> StoredPort | None: ...


def write_all(sql: Statements, taken: Sequence[Taken]) -> None:
    """Write all records of the batches, with one statement for each kind of record."""
    for name, rows in (
        ("add_outcome", _outcomes),
        ("add_filtered", _filtered),
        ("add_counts", _counts),
        ("add_coverage", _coverages),
        ("add_marks", _marks),
    ):
        sql.many(name, [row for each in taken for row in rows(each)])


def failures(each: Taken) -> int:
    """The number of failed objects of a batch, including those that the database refused."""
    told = sum(outcome.kind == "failed" for outcome, _, _ in each.batch.outcomes)
    return told + len(_refused(each))


def _refused(each: Taken) -> Sequence[tuple[Row, str]]:
    return each.stored.refused if each.stored else ()


def _outcomes(each: Taken) -> Iterator[Record]:
    """One row for each failed or gone object."""
    batch = each.batch
    common = {"run": batch.run, "unit": batch.unit, "attempts": each.unit.attempts + 1}
    for outcome, node, scope in batch.outcomes:
        if outcome.kind != "filtered":
            yield {
                **common,
                "kind": outcome.kind,
                "type": outcome.type,
                "fqn": clean(outcome.fqn),
                "key": clean(outcome.key),
                "reason": clean(outcome.reason),
                "message": clean(outcome.message)[:MESSAGE_CHARACTERS],
                "node": node,
                "scope": scope,
            }
    for row, message in _refused(each):
        yield {
            **common,
            "kind": "failed",
            "type": row.type,
            "fqn": clean(row.fqn),
            "key": clean(row.name),
            "reason": "refused",
            "message": clean(message)[:MESSAGE_CHARACTERS],
            "node": row.node,
            "scope": clean(row.scope),
        }


def _filtered(each: Taken) -> Iterator[Record]:
    for (type_, rule), n in sorted(each.batch.filtered.items()):
        yield {"run": each.batch.run, "unit": each.batch.unit, "type": type_, "rule": clean(rule), "n": n}


def _counts(each: Taken) -> Iterator[Record]:
    """One row per entity type. An object that was sent is emitted, unchanged, or refused by the database, which counts
    as failed."""
    batch, stored = each.batch, each.stored
    emitted: Mapping[str, int] = stored.emitted if stored else {}
    unchanged: Mapping[str, int] = stored.unchanged if stored else {}
    bad = Counter(row.type for row, _ in _refused(each))
    for type_ in sorted(batch.counts.keys() | emitted.keys() | unchanged.keys()):
        counts = batch.counts.get(type_) or Counts()
        yield {
            "run": batch.run,
            "unit": batch.unit,
            "type": type_,
            "listed": counts.listed,
            "sent": counts.sent,
            "emitted": emitted.get(type_, 0),
            "unchanged": unchanged.get(type_, 0),
            "filtered": counts.filtered,
            "failed": counts.failed + bad[type_],
            "gone": counts.gone,
            "spawned": counts.spawned,
        }


def _coverages(each: Taken) -> Iterator[Record]:
    """One row per coverage. Of listings of single keys only errors are kept, because they prove nothing about a
    scope."""
    for coverage in each.batch.coverages:
        if coverage.error is not None or coverage.range.only is None:
            yield {
                "run": each.batch.run,
                "unit": each.batch.unit,
                "part": each.unit.part,
                "node": coverage.node,
                "scope": coverage.scope.fqn,
                "after": _clean(coverage.range.after),
                "until": _clean(coverage.range.until),
                "error": _clean(coverage.error),
                "reason": coverage.reason,
            }


def _clean(text: str | None) -> str | None:
    return None if text is None else clean(text)


def _marks(each: Taken) -> Iterator[Record]:
    batch = each.batch
    common = {"run": batch.run, "unit": batch.unit, "seq": batch.seq}
    if batch.rows:
        yield {**common, "kind": SENT, "blob": pack([mark(row.type, row.fqn) for row in batch.rows])}
    if batch.seen:
        yield {**common, "kind": LISTED, "blob": pack(batch.seen)}


def pack(marks: Sequence[int]) -> bytes:
    """Marks as 8-byte big-endian signed numbers."""
    packed = array("q", marks)
    if byteorder == "little":
        packed.byteswap()
    return packed.tobytes()
