"""The protocol of the ledger: which worker holds which unit, and which results are stored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from specs.contracts.assignment import Opening
from specs.contracts.positions import SourcePosition
from specs.contracts.work import Batch, Claim, CommitResult, QueuePosition, Run, RunState


class UnitLedger(Protocol):
    """The methods of the ledger that a worker needs, in the same process or through a pipe.

    Every method is one short transaction, and a second call has the same effect as one. ``now`` is the caller's
    ``time.time()``; PostgreSQL ledgers use the server's clock instead. All methods raise ``Retry`` while the database
    is unavailable. A method returns ``False`` when the worker no longer holds the unit.
    """

    def identify(
        self,
        run: str,
        identity: str,
        *,
        accept: bool,
        position: SourcePosition | None = None,
        settle: bool = True,
        now: float,
    ) -> bool:
        """Compare the server of a new connection and its position with those on record; returns whether it is behind.

        With ``settle`` the answer is final: when the server is behind, the run deletes nothing and says so. Without,
        the caller may ask again in a moment. Raises ``Fatal`` when it is another server, or has another history, and
        not ``accept``, or when this run has read another server before.
        """
        ...

    def claim(
        self, worker: str, *, run: str | None = None, queue: str | None = None, lease: float = 60.0, now: float
    ) -> Claim | None:
        """Claim a free slot of a service and its first ready unit, deepest first, for ``lease`` seconds; ``None`` when
        there is none.

        Without ``run``, units of all open runs of clusters are candidates. ``queue`` is the queue that the worker
        serves (``small``, ``large``); without it, units of both are candidates.
        """
        ...

    def renew(self, unit: str, fence: int, *, lease: float = 60.0, progress: str = "", now: float) -> bool:
        """Renew the lease for ``lease`` seconds; returns ``False`` when another worker holds the unit or its run is
        closed.

        When its run is paused, the unit is released by this call and ``False`` is returned: that counts as no failed
        attempt, and batches in the queue are still stored.
        """
        ...

    def touch(self, unit: str, fence: int, node: str, listing: str, key: str) -> bool:
        """Note the key that the worker reads next; when the process dies while reading it, the key becomes poison."""
        ...

    def flushing(self, unit: str, fence: int, position: QueuePosition) -> bool:
        """Note that the unit's final batch is in the queue, which frees its slot. Raises ``Retry`` while a flusher has
        the unit's row locked."""
        ...

    def release(
        self, unit: str, fence: int, *, now: float, reason: str = "", delay: float = 0.0, failed: bool = False
    ) -> bool:
        """Release a unit: it is ready again, or delayed by ``delay`` seconds; with ``failed`` it has failed for
        ``reason``."""
        ...

    def end_part(self, unit: str, fence: int, *, reason: str, now: float) -> bool:
        """Fail a unit and every other one of its part that waits for a worker, all for ``reason``; units of the part
        that are worked on go on. The other parts of the run do, too."""
        ...

    def report(self, service: str, ok: bool, now: float, reason: str = "") -> None:
        """Report whether the source of a service answered. A cluster pauses a service that keeps failing; the run of a
        single command is not paused.

        After many failures in a row (fewer for a single command, because a person waits for it) the run is closed as
        ``failed``. Every commit counts as an answer without a report.
        """
        ...

    def suspects(self, unit: str) -> list[tuple[str, str]]:
        """The ``(type, fqn)`` of the suspects that a confirm unit asks the source about; at most 1,000."""
        ...

    def sizes(self, listings: Sequence[str]) -> dict[str, int]:
        """The number of objects of each listing (an FQN of a scope) when it was last read; unknown listings are left
        out.

        It decides how much goes into one unit, and nothing else depends on it.
        """
        ...


class Ledger(UnitLedger, Protocol):
    """The record of all work. What ``UnitLedger`` says of calls, clocks and errors holds for all methods."""

    def open_run(self, opening: Opening, *, now: float) -> Run:
        """Open a run with its root units; an open run of the service becomes ``superseded``."""
        ...

    def abandon(self, worker: str, *, now: float, reason: str) -> int:
        """Free the units of a worker that has died; returns how many. A crash is counted for a unit of which nothing
        was committed since the claim."""
        ...

    def commit(self, batches: Sequence[Batch], *, now: float) -> list[CommitResult]:
        """Store batches in order, either all effects of a batch or none, in as few transactions as possible; returns a
        result per batch."""
        ...

    def expire(self, *, now: float, grace: float = 20.0) -> int:
        """Free units whose lease is overdue, and ready delayed units that are due; returns how many units those are.

        It is called at intervals. A lease is taken away once it was overdue in all calls for ``grace`` seconds, at
        least in two, because its holder may be alive and wait for a row that another process has locked.
        """
        ...

    def advance(self, run: str, *, now: float) -> Run:
        """When all units of a run are finished, begin its next phase: confirm suspects, or conclude and close. Returns
        the run."""
        ...

    def lost(self, epoch: str, *, shard: int | None = None, before: str | None = None, now: float) -> int:
        """Make flushing units ready again whose final batches of the queue ``epoch`` are lost; returns how many.
        Without ``shard`` all of them are, because the queue lost its data or its process died; with it, those with an
        id below ``before``, because the shard was read past them."""
        ...

    def holders(self, run: str) -> tuple[set[str], set[str]]:
        """``(workers, epochs)``: the workers that hold running units of the run, and the epochs of the queues that hold
        final batches of its flushing units."""
        ...

    def end(self, run: str, *, state: RunState, reason: str, now: float) -> Run:
        """Close an open run at once (``failed``, ``cancelled``); its unfinished units are cancelled."""
        ...

    def pause(self, run: str) -> Run:
        """Stop claims of an open run's units until ``unpause``; units that workers hold are released at their next
        renewal."""
        ...

    def unpause(self, run: str) -> Run: ...

    def run(self, run: str) -> Run:
        """The run of this id. Raises ``UsageError``, which lists recent runs, when there is none."""
        ...

    def close(self) -> None: ...
