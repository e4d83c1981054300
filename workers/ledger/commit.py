"""The commit of batches: in order, in one transaction, so that either all effects of a batch are stored or none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from specs.contracts.work import Batch, CommitResult
from specs.names import clean
from workers.ledger import records
from workers.ledger.columns import dump
from workers.ledger.ports import DeletionPort, StoredPort, Writer
from workers.ledger.run import evidence
from workers.ledger.tally import Tally
from workers.ledger.unit.claims import standing
from workers.ledger.unit.completion import Finishing
from workers.ledger.unit.release import MAX_LOST, UNREADABLE
from workers.ledger.unit.units import add_children
from workers.store.statements import Statements


@dataclass(slots=True)
class TakenBatch:
    """A batch that is committed: ``unit`` is its unit's row from before, ``stored`` what became of its rows."""

    batch: Batch
    unit: Any
    stored: StoredPort | None = None


class Commit:
    """One transaction over one or more batches.

    Order of locks: the batches' own units, entities, parents (deepest first), totals, the feed's counter last.
    ``open_writer(run, service)`` gives the catalog's writer for this transaction.
    """

    def __init__(
        self, sql: Statements, open_writer: Callable[[str, str], Writer], deletion: Callable[[], DeletionPort]
    ) -> None:
        self.sql = sql
        self.tally = Tally()
        self.finishing = Finishing(sql, self.tally)
        self._open_writer = open_writer
        self._deletion = deletion
        self._writers: dict[str, Writer] = {}
        self._recovered: set[str] = set()
        self._reached: dict[str, str] = {}

    def add(self, batches: Sequence[Batch]) -> list[CommitResult]:
        """Apply each batch that is the next one of its unit, and refuse the others; returns a result per batch. Rows of
        all batches are stored together, and so are their records of each kind, which saves statements."""
        taken: list[TakenBatch] = []
        results = [self._take(batch, taken) for batch in batches]
        self._store(taken)
        records.write_all(self.sql, taken)
        for each in taken:
            self._settle(each)
        return results

    def _take(self, batch: Batch, taken: list[TakenBatch]) -> CommitResult:
        unit = self._guard(batch, taken)
        if unit is None:
            return self._refuse(batch)
        if unit.failing:
            self._recovered.add(unit.service)
        taken.append(TakenBatch(batch, unit))
        return "applied"

    def _guard(self, batch: Batch, taken: Sequence[TakenBatch]) -> Any:
        """Advance the unit's row when the batch is its next one; returns the row from before, or ``None``. A final
        batch also ends the unit's own work."""
        values = {
            "unit": batch.unit,
            "fence": batch.fence,
            "seq": batch.seq,
            "cursor": dump(batch.cursor),
            "objects": sum(counts.listed for counts in batch.counts.values()),
            "statements": batch.statements,
        }
        receipt = batch.receipt
        if receipt is None:
            return self.sql.one("guard", **values)
        parents = {each.batch.unit for each in taken if each.batch.children}
        unit = self.sql.one(
            "guard_final",
            **values,
            waits=int(bool(batch.children) or batch.unit in parents),  # the unit waits until its children are stored
            complete=int(receipt.complete),
            reason=clean(receipt.reason),
            post=int(receipt.post),
            fingerprint=receipt.fingerprint,
        )
        if unit is not None and not self.sql.postgresql:
            self.sql.do("free_slot_of", unit=batch.unit)
        return unit

    def _store(self, taken: Sequence[TakenBatch]) -> None:
        runs: dict[str, list[TakenBatch]] = {}
        for each in taken:
            if each.batch.rows:
                runs.setdefault(each.batch.run, []).append(each)
        for run, group in runs.items():
            parts = [each.batch.rows for each in group]
            stale = [each.batch.stale for each in group]
            stored = self._writer(run, group[0].unit.service).store_each(parts, stale)
            for each, what in zip(group, stored, strict=True):
                each.stored = what

    def _settle(self, each: TakenBatch) -> None:
        batch, stored = each.batch, each.stored
        if batch.verdicts:
            self._deletion().record_verdicts(self.sql.conn, batch.run, batch.verdicts)
        self.tally.add(
            batch.run,
            batch.unit,
            entities=sum(stored.emitted.values()) + sum(stored.unchanged.values()) if stored else 0,
            failures=records.failures(each),
            statements=batch.statements,
            peak_rss=batch.peak_rss,
        )
        if batch.children:
            depth = each.unit.depth + 1
            new = add_children(self.sql, batch.run, each.unit.service, batch.unit, depth, batch.children)
            self.tally.add(batch.run, batch.unit, known=new)
        if batch.receipt is None:
            return
        if batch.receipt.position is not None:
            self._reached[each.unit.service] = batch.receipt.position
        if each.unit.state == "done":
            self.finishing.ended(each.unit)
        else:
            self.finishing.settle(self.sql.one("child_finished", unit=batch.unit, n=0))

    def _refuse(self, batch: Batch) -> CommitResult:
        fence, seq, state = standing(self.sql, batch.unit)
        if fence == batch.fence and batch.seq <= seq:
            return "duplicate"
        if fence != batch.fence or state not in ("running", "flushing", "ready", "delayed"):
            self.tally.add(batch.run, batch.unit, fenced=1)
            return "fenced"
        # an earlier batch was lost: the unit is ready again, and goes on from its cursor under a new fence
        row = self.sql.one("break_off", unit=batch.unit, fence=batch.fence)
        self.sql.do("free_slot_of", unit=batch.unit)
        if row is not None and row.lost >= MAX_LOST:
            self.finishing.settle(self.sql.one("fail", unit=row.id, reason=UNREADABLE, spent=0.0))
        return "gap"

    def _writer(self, run: str, service: str) -> Writer:
        writer = self._writers.get(run)
        if writer is None:
            writer = self._writers[run] = self._open_writer(run, service)
        return writer

    def finish(self) -> None:
        """Write everything that belongs at the end of the transaction: parents, tallies, positions, the change feed."""
        self.finishing.write()
        self.tally.write(self.sql)
        for service in sorted(self._recovered):
            self.sql.do("recovered", service=service)
        for service, position in sorted(self._reached.items()):
            evidence.reached(self.sql, service, position)
        for writer in self._writers.values():
            writer.finish()
