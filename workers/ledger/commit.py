"""Commit after store: batches become durable, in order, all effects or none of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from specs.names import clean
from specs.work import Batch, CommitResult, Row
from workers.ledger import records
from workers.ledger.claims import standing
from workers.ledger.desk import Desk, dump
from workers.ledger.finishing import Finishing
from workers.ledger.ports import Deletion, Writer
from workers.ledger.tally import Tally
from workers.ledger.units import add_children

Refused = Sequence[tuple[Row, str]]


class Commit:
    """One transaction over one or more batches.

    Order of locks: the batches' own units, entities, parents (deepest first), totals, the feed's counter last.
    ``open_writer(run, service)`` gives the catalog's writer for this transaction.
    """

    def __init__(self, desk: Desk, open_writer: Callable[[str, str], Writer], deletion: Callable[[], Deletion]) -> None:
        self.desk = desk
        self.tally = Tally()
        self.finishing = Finishing(desk, self.tally)
        self._open_writer = open_writer
        self._deletion = deletion
        self._writers: dict[str, Writer] = {}

    def add(self, batch: Batch) -> CommitResult:
        """Apply one batch when it is its unit's next one."""
        desk = self.desk
        guard = desk.one(
            "guard",
            unit=batch.unit,
            fence=batch.fence,
            seq=batch.seq,
            cursor=dump(batch.cursor),
            objects=sum(counts.listed for counts in batch.counts.values()),
            statements=batch.statements,
        )
        if guard is None:
            return self._refuse(batch)
        refused: Refused = ()
        emitted: dict[str, int] = {}
        unchanged: dict[str, int] = {}
        if batch.rows:
            stored = self._writer(batch.run, guard.service).store(batch.rows)
            refused, emitted, unchanged = stored.refused, dict(stored.emitted), dict(stored.unchanged)
        failures = records.write_outcomes(desk, batch, refused, guard.attempts)
        records.write_filtered(desk, batch)
        records.write_counts(desk, batch, refused, emitted, unchanged)
        records.write_coverages(desk, batch)
        records.write_marks(desk, batch)
        if batch.verdicts:
            self._deletion().record_verdicts(desk.conn, batch.run, batch.verdicts)
        self.tally.add(
            batch.run,
            batch.unit,
            entities=sum(emitted.values()) + sum(unchanged.values()),
            failures=failures,
            statements=batch.statements,
            peak_rss=batch.peak_rss,
        )
        if batch.children:
            new = add_children(desk, batch.run, guard.service, batch.unit, guard.depth + 1, batch.children)
            self.tally.add(batch.run, batch.unit, known=new)
        if batch.receipt is not None:
            self._finish(batch, guard)
        return "applied"

    def _finish(self, batch: Batch, before: Any) -> None:
        receipt = batch.receipt
        assert receipt is not None
        row = self.desk.one(
            "finish_post" if before.phase == "post" else "finish_walk",
            unit=batch.unit,
            complete=int(receipt.complete),
            reason=clean(receipt.reason),
            batches=batch.seq,
            post=int(receipt.post),
            fingerprint=receipt.fingerprint,
        )
        if before.state == "running":
            self.desk.do("free_slot_of", unit=batch.unit)
        self.finishing.settle(row)

    def _refuse(self, batch: Batch) -> CommitResult:
        fence, seq, state = standing(self.desk, batch.unit)
        if fence != batch.fence:
            return "fenced"
        if batch.seq <= seq:
            return "duplicate"
        if state not in ("running", "flushing", "ready", "delayed"):
            return "fenced"
        # something before this batch got lost: the unit starts again from its cursor, under a new fence
        self.desk.do("break_off", unit=batch.unit, fence=batch.fence)
        self.desk.do("free_slot_of", unit=batch.unit)
        return "gap"

    def _writer(self, run: str, service: str) -> Writer:
        writer = self._writers.get(run)
        if writer is None:
            writer = self._writers[run] = self._open_writer(run, service)
        return writer

    def finish(self) -> None:
        """Write what belongs at the end of the transaction."""
        self.finishing.write()
        self.tally.write(self.desk)
        for writer in self._writers.values():
            writer.finish()
