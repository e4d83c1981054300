"""The ledger on SQLite and PostgreSQL: every method is one short transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Sequence
from secrets import token_hex
from time import monotonic, time
from typing import Any, TypeVar

from specs.contracts.assignment import Opening
from specs.contracts.positions import SourcePosition
from specs.contracts.work import Batch, Claim, CommitResult, QueuePosition, Run, RunState
from specs.errors import HeadraceError, Retry
from specs.names import clean
from workers.ledger import phases
from workers.ledger.answers import progress as reading
from workers.ledger.answers.reader import Reader
from workers.ledger.commit import Commit
from workers.ledger.ports import DeletionPort, OpenWriter, catalog_deletion, catalog_sizes, catalog_writer
from workers.ledger.run import evidence, runs
from workers.ledger.unit import claims, leases
from workers.ledger.unit import release as giveback
from workers.store.database import SqlDatabase
from workers.store.database_errors import cause_of
from workers.store.retries import colliding
from workers.store.statements import Statements

T = TypeVar("T")


class SqlLedger(Reader):
    """Implements ``specs.contracts.ledger.Ledger``, whose docstrings hold here, and answers questions about runs.

    ``writer`` and ``deletion`` are the catalog's parts in commits and at the end of runs; tests hand over others.
    All methods raise ``Retry`` and ``Fatal`` as ``SqlDatabase`` does.
    """

    def __init__(
        self,
        db: SqlDatabase,
        writer: OpenWriter | None = None,
        deletion: DeletionPort | None = None,
    ) -> None:
        super().__init__(db)
        self._writer = writer
        self._deletion = deletion
        self._idle = True
        self._overdue = leases.Overdue()

    # -- runs -----------------------------------------------------------------------------------------------------
    def open_run(self, opening: Opening, *, now: float) -> Run:
        return self._write(now, lambda sql: runs.open_run(sql, opening))

    def identify(
        self, run: str, identity: str, *, accept: bool, position: SourcePosition | None = None, settle: bool = True,
        now: float,
    ) -> bool:  # fmt: skip
        return self._write(now, lambda sql: evidence.identify(sql, run, identity, position, accept, settle))

    def advance(self, run: str, *, now: float, counted: bool = True) -> Run:
        """``counted``: when the run's tallies say that units are unfinished, do not look at the units, which takes
        longer."""
        with self._transactions.read(now) as sql:
            found = runs.get(sql, run)
            if not found.open or (counted and reading.unfinished(sql, run)) or phases.busy(sql, run):
                return found
        self._write(now, lambda sql: phases.advance(sql, run, self._deleter()))
        return self.run(run)

    def pause(self, run: str) -> Run:
        """Stop claims of the run's units; units that workers hold are released at their next renewal."""
        self._once(0.0, lambda sql: sql.do("set_paused", run=run, paused=1))
        return self.run(run)

    def unpause(self, run: str) -> Run:
        self._once(0.0, lambda sql: sql.do("set_paused", run=run, paused=0))
        return self.run(run)

    def own(self, run: str, owner: str) -> None:
        """Note that the process ``owner`` crawls the run from now on."""
        self._once(0.0, lambda sql: sql.do("set_owner", run=run, owner=owner))

    def end(self, run: str, *, state: RunState, reason: str, now: float) -> Run:
        self._write(now, lambda sql: runs.close(sql, run, state, reason))
        return self.run(run)

    # -- units ----------------------------------------------------------------------------------------------------
    def claim(
        self, worker: str, *, run: str | None = None, queue: str | None = None, lease: float = 60.0, now: float
    ) -> Claim | None:
        wanted = {"run": run, "queue": queue}
        if self.db.dialect == "sqlite" and self._idle:  # an idle worker asks often, so first without the write lock
            with self._transactions.once(now, writes=False) as sql:
                if sql.one("next_unit", **wanted) is None:
                    return None
        found = self._once(now, lambda sql: claims.claim(sql, worker, run, queue, lease))
        self._idle = found is None
        return found

    def renew(self, unit: str, fence: int, *, lease: float = 60.0, progress: str = "", now: float) -> bool:
        kept, paused = self._once(now, lambda sql: claims.renew(sql, unit, fence, lease, progress))
        if paused:
            self.release(unit, fence, now=now, reason="the run is paused")
        return kept

    def touch(self, unit: str, fence: int, node: str, listing: str, key: str) -> bool:
        return self._once(0.0, lambda sql: claims.touch(sql, unit, fence, node, listing, key))

    def flushing(self, unit: str, fence: int, position: QueuePosition) -> bool:
        if self.db.dialect == "sqlite":  # usually the final batch is stored already: no write lock needed
            with self._transactions.once(writes=False) as sql:
                if claims.ended_well(sql, unit, fence):
                    return True
        return self._once(time(), lambda sql: claims.flushing(sql, unit, fence, position))

    def release(
        self, unit: str, fence: int, *, now: float, reason: str = "", delay: float = 0.0, failed: bool = False
    ) -> bool:
        return self._write(now, lambda sql: giveback.release(sql, unit, fence, reason, delay, failed), durable=False)

    def end_part(self, unit: str, fence: int, *, reason: str, now: float) -> bool:
        found = self._write(now, lambda sql: giveback.fail_held(sql, unit, fence, reason))
        if found is not None:
            self._transactions.paged(lambda sql: giveback.fail_waiting(sql, *found, reason), now)
        return found is not None

    def abandon(self, worker: str, *, now: float, reason: str) -> int:
        return self._write(
            now,
            lambda sql: giveback.crashed(sql, sql.all("held_by_worker", worker=worker), clean(reason), "crashes"),
            durable=False,
        )

    def report(self, service: str, ok: bool, now: float, reason: str = "") -> None:
        """Report how a unit's try at the source ended. After some failures in a row, units of the service are not
        claimed for a while (``workers.ledger.run.breaker``). A commit counts as a success without a report."""
        if ok:
            self._once(now, lambda sql: sql.do("recovered", service=service))
            return
        from workers.ledger.run.breaker import failed

        self._write(now, lambda sql: failed(sql, service, clean(reason)))

    def expire(self, *, now: float, grace: float = leases.OVERDUE_SECONDS) -> int:
        gone = leases.gone(self._transactions, self._overdue, grace, now)
        back = self._write(now, lambda sql: giveback.expire(sql, gone)) if gone else 0
        with self._transactions.once(now, writes=False) as sql:
            if sql.one("any_due") is None:
                return back
        return back + self._write(now, lambda sql: sql.do("ready_due"))

    def lost(self, epoch: str, *, shard: int | None = None, before: str | None = None, now: float) -> int:
        return self._write(now, lambda sql: giveback.lost(sql, epoch, shard, before))

    def suspects(self, unit: str) -> list[tuple[str, str]]:
        with self._transactions.read() as sql:
            return [(row.type, row.fqn) for row in sql.all("suspects", unit=unit)]

    def sizes(self, listings: Sequence[str]) -> dict[str, int]:
        if not listings:
            return {}
        with self.db.once(writes=False) as conn:
            return catalog_sizes()(conn, [clean(each) for each in listings])

    # -- commit ---------------------------------------------------------------------------------------------------
    def commit(self, batches: Sequence[Batch], *, now: float) -> list[CommitResult]:
        try:
            return self._commit(batches, now)
        except (HeadraceError, MemoryError) as error:
            if not isinstance(error, Retry) or error.reason != "collision" or len(batches) == 1:
                raise
        except Exception as error:
            if len(batches) == 1:
                return [self._reject(batches[0], error, now)]
        return [result for batch in batches for result in self.commit([batch], now=now)]

    def _reject(self, batch: Batch, error: Exception, now: float) -> CommitResult:
        """Fail the unit of a batch that can never be stored; otherwise it would block all batches behind it."""
        cause = cause_of(error)
        own = cause is not error or isinstance(error, sqlite3.Error)
        why = cause if own else f"{type(error).__name__}: {error}"
        reason = f"a batch cannot be stored: {why}"
        self._write(now, lambda sql: giveback.reject(sql, batch.unit, batch.fence, reason))
        return "fenced"

    def _commit(self, batches: Sequence[Batch], now: float) -> list[CommitResult]:
        def store(sql: Statements) -> list[CommitResult]:
            work = Commit(sql, lambda run, service: self._open(sql.conn, run, service, now), self._deleter)
            results = work.add(batches)
            work.finish()
            return results

        return self._write(now, store)

    def _write(self, now: float, act: Callable[[Statements], T], *, durable: bool = True) -> T:
        return self._transactions.retried(act, now, durable=durable)

    def _once(self, now: float, act: Callable[[Statements], T]) -> T:
        """Call ``act``, whose statements may each be a transaction of its own, which saves round trips on PostgreSQL.

        The time of waiting for SQLite's lock is added to ``now``, because a lease begins when it is written.
        """
        asked = monotonic()

        def transaction() -> T:
            with self._transactions.once(now) as sql:
                waited = monotonic() - asked
                sql.now += waited if waited > leases.LOCK_WAIT_SECONDS else 0.0
                return act(sql)

        return colliding(transaction)

    def _open(self, conn: Any, run: str, service: str, now: float) -> Any:
        if self._writer is None:
            self._writer = catalog_writer()
        return self._writer(conn, run, service, now)

    def _deleter(self) -> DeletionPort:
        if self._deletion is None:
            self._deletion = catalog_deletion()
        return self._deletion

    # -- flushers -------------------------------------------------------------------------------------------------
    def claim_shard(self, shard: int, holder: str, *, lease: float = 15.0, now: float) -> bool:
        """Get or renew the lease of a shard for ``lease`` seconds; returns ``False`` when another flusher holds it."""
        return self._write(now, lambda sql: bool(sql.do("claim_shard", shard=shard, holder=holder, lease=float(lease))))

    def leave_shards(self, holder: str, shards: Collection[int] | None = None) -> None:
        """Free ``shards`` of a flusher, or all that it holds (``None``)."""
        if shards is None:
            self._write(0.0, lambda sql: sql.do("leave_shards", holder=holder))
        else:
            rows = [{"holder": holder, "shard": shard} for shard in sorted(shards)]
            self._write(0.0, lambda sql: sql.many("leave_shard", rows))

    def shard_holders(self, *, now: float) -> dict[int, str]:
        """The flusher that holds each shard, by shard; free shards are left out."""
        with self._transactions.read(now) as sql:
            return {row.shard: row.holder for row in sql.all("shard_holders")}

    def cluster(self) -> str:
        """The random name of this ledger, made at the first call: it identifies the cluster."""
        with self._transactions.read() as sql:
            row = sql.one("cluster")
        if row is None:
            self._write(0.0, lambda sql: sql.do("name_cluster", id=token_hex(8)))
            return self.cluster()
        return str(row.id)

    def holders(self, run: str) -> tuple[set[str], set[str]]:
        with self._transactions.read() as sql:
            workers = {row.worker for row in sql.all("workers_of", run=run)}
            return workers, {row.epoch for row in sql.all("epochs_of", run=run)}

    def close(self) -> None:
        """The database belongs to the caller and stays open."""
