"""The protocol of the ledger: who may work on what, and what is done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from specs.contracts.assignment import Opening
from specs.contracts.positions import SourcePosition
from specs.contracts.work import Batch, Claim, CommitResult, QueuePosition, Run, RunState


class UnitLedger(Protocol):
    """What whoever works on a unit sees of the ledger, in its own process or through a pipe.

    All methods may be called twice with the same effect; all are short transactions. ``now`` is the caller's
    ``time.time()``; PostgreSQL ledgers use the server's clock instead.
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
        """Compare the server behind a new connection with the one on record, and how far it is with how far it was.

        ``True``: it is behind. With ``settle`` that is final: the run counts nothing as gone and says so; without, it
        may be asked again in a moment. Raises ``Fatal`` when it is another server, or has another history, and not
        ``accept``, or when this run has read another server before.
        """
        ...

    def claim(
        self, worker: str, *, run: str | None = None, queue: str | None = None, lease: float = 60.0, now: float
    ) -> Claim | None:
        """Take a free slot of a service and its first ready unit, deepest first; ``None`` when there is none.

        Without ``run`` any open run of a cluster will do. ``queue`` is the kind of worker that asks (``small``,
        ``large``); without it any unit will do.
        """
        ...

    def renew(self, unit: str, fence: int, *, lease: float = 60.0, progress: str = "", now: float) -> bool:
        """Prolong the lease. ``False``: the unit is somebody else's now, or its run was closed.

        ``False`` too when its run is paused: the unit was given back right here, at its cursor, and burns nothing;
        what is on its way is still stored.
        """
        ...

    def touch(self, unit: str, fence: int, node: str, listing: str, key: str) -> bool:
        """Write down the key that is about to be touched; a crash right there makes it poison."""
        ...

    def flushing(self, unit: str, fence: int, position: QueuePosition) -> bool:
        """The final batch is in the queue; the slot is free again. Raises ``Retry`` while the unit is being stored."""
        ...

    def release(
        self, unit: str, fence: int, *, now: float, reason: str = "", delay: float = 0.0, failed: bool = False
    ) -> bool:
        """Give a unit back: ready, or ``delayed`` by ``delay`` seconds; ``failed`` with a reason ends it."""
        ...

    def report(self, service: str, ok: bool, now: float, reason: str = "") -> None:
        """Tell whether the source of a run answered. On a cluster one that fails again and again is left alone for a
        while; the run of one command is not.

        After many failures in a row (fewer for one command, which somebody waits for) the run is closed as ``failed``.
        Every commit counts as an answer by itself.
        """
        ...

    def suspects(self, unit: str) -> list[tuple[str, str]]:
        """The ``(type, fqn)`` that a confirm unit must ask the source about; at most 1,000."""
        ...

    def sizes(self, listings: Sequence[str]) -> dict[str, int]:
        """How many objects each listing (the FQN of a scope) had when it was last read; those unknown are left out.

        Decides how much goes into one unit, never what is right.
        """
        ...


class Ledger(UnitLedger, Protocol):
    """The truth about the work. What ``UnitLedger`` says of calls and clocks holds for all methods."""

    def open_run(self, opening: Opening, *, now: float) -> Run:
        """Open a run with its root units; an open run of the service becomes ``superseded``."""
        ...

    def abandon(self, worker: str, *, now: float, reason: str) -> int:
        """A worker died: its units go back at once; a crash is counted when nothing was committed since the claim."""
        ...

    def commit(self, batches: Sequence[Batch], *, now: float) -> list[CommitResult]:
        """Store batches in order, all effects or none of each, in as few transactions as correctness allows."""
        ...

    def expire(self, *, now: float, grace: float = 20.0) -> int:
        """Give back units whose lease ran out and was not renewed since, ready the delayed ones whose time has come.
        Returns how many changed.

        Called again and again: a lease is taken away when it was overdue at every call for ``grace`` seconds, at two
        calls at least, since its holder may live and wait for a row that somebody else has locked.
        """
        ...

    def advance(self, run: str, *, now: float) -> Run:
        """Move a run whose units are all finished to its next phase: suspects, confirmation, deletion, closed."""
        ...

    def lost(self, epoch: str, *, shard: int | None = None, before: str | None = None, now: float) -> int:
        """Final batches of the queue ``epoch`` are gone: it was wiped, or its process died (all of them), or
        ``shard`` was read past them (those with an id below ``before``). Their flushing units go back to ready."""
        ...

    def holders(self, run: str) -> tuple[set[str], set[str]]:
        """Who has a part of the run in hands: the workers of its running units, the epochs of its flushing ones."""
        ...

    def end(self, run: str, *, state: RunState, reason: str, now: float) -> Run:
        """Close an open run at once (``failed``, ``cancelled``); its unfinished units are cancelled."""
        ...

    def pause(self, run: str) -> Run:
        """No unit of an open run is claimed until ``unpause``; those at work come back at their next renewal."""
        ...

    def unpause(self, run: str) -> Run: ...

    def run(self, run: str) -> Run:
        """Raises ``UsageError`` naming recent runs when there is none of this id."""
        ...

    def close(self) -> None: ...
