"""What a ledger under test hands to the suite, and shorthands for batches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, Protocol

from specs.contracts.ledger import Ledger
from specs.contracts.work import Batch, Claim, Counts, Receipt, Row
from specs.topology.events import Start
from specs.topology.scope import Cursor, Scope

FINISHED = frozenset({"done", "failed", "cancelled"})


class UnitFacts(NamedTuple):
    """One unit as the ledger keeps it."""

    id: str
    state: str
    phase: str
    parent: str | None
    outstanding: int
    committed_seq: int
    seconds: float


class Harness(Protocol):
    """A ledger whose store can be looked into. Its catalog just remembers what it was told to store.

    ``refuse`` are FQNs that the catalog refuses, ``choke`` those that make its transaction fail; ``suspects`` are what
    a run has to ask the source about.
    """

    ledger: Ledger
    refuse: set[str]
    choke: set[str]
    suspects: list[tuple[str, Scope, list[tuple[str, str]]]]

    def stored(self, run: str) -> list[tuple[str, str]]:
        """``(fqn, content)`` of everything stored for a run, in order."""
        ...

    def verdicts(self, run: str) -> list[tuple[str, str, str]]: ...

    def units(self, run: str) -> Sequence[UnitFacts]: ...

    def slots(self, service: str) -> list[str | None]:
        """The unit in each of the service's slots."""
        ...

    def counts(self, run: str) -> dict[str, dict[str, int]]: ...

    def outstanding(self, run: str) -> int:
        """Units of an open run that are not finished, by the ledger's own totals."""
        ...

    def failures(self, run: str) -> list[tuple[str, str, str]]:
        """``(type, fqn, reason)`` of failed objects."""
        ...

    def marks(self, run: str) -> list[tuple[int, list[int]]]:
        """``(kind, marks)`` of each row of seen marks."""
        ...

    def meters(self, run: str) -> tuple[int, int, int]:
        """Leases that ran out, batches refused because of their fence, units whose worker was killed."""
        ...

    def see(self, kind: str, queue: str, *, ago: float = 0.0) -> None:
        """A process of this kind was seen ``ago`` seconds ago, as the table of processes has it."""
        ...

    def reopen(self, service: str) -> None:
        """The time for which a service is left alone is over."""
        ...

    def close(self) -> None: ...


def row(fqn: str, content: str = "{}", type_: str = "Table") -> Row:
    parent, _, name = fqn.rpartition(".")
    return Row(type_, fqn, parent, name, "table", parent, None, content.encode().ljust(16)[:16], name, content, None)


def batch(
    claim: Claim,
    seq: int,
    *fqns: str,
    cursor: Cursor = (),
    children: Iterable[Start] = (),
    done: bool = False,
    post: bool = False,
    **more: Any,
) -> Batch:
    """A batch of a claimed unit with one table per FQN; ``done`` makes it the final one."""
    rows = [row(fqn, f'{{"fence":{claim.fence}}}') for fqn in fqns]
    counts = {"Table": Counts(listed=len(rows), sent=len(rows))} if rows else {}
    receipt = Receipt(True, batches=seq, post=post) if done else None
    values: dict[str, Any] = {"counts": counts, "receipt": receipt, **more}
    return Batch(claim.unit.run, claim.unit.id, claim.fence, seq, cursor, rows, list(children), **values)
