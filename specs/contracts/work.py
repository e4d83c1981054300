"""Work and its bookkeeping: runs, units, claims, batches, receipts, and the protocol of the sink queue.

Everything here is plain data that survives JSON and pickling. The rules (fences, contiguous sequence numbers,
commit after store) are those of ``specs.contracts.ledger``; see ``docs/ledger.md``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Literal, NamedTuple, Protocol

from specs.recipe.extract import parts_of
from specs.topology.events import METADATA, Coverage, Start
from specs.topology.node import Outcome
from specs.topology.scope import Cursor

Phase = Literal["walk", "post", "confirm"]
UnitState = Literal["held", "ready", "running", "flushing", "waiting", "delayed", "done", "failed", "cancelled"]
RunState = Literal["running", "confirming", "complete", "partial", "failed", "cancelled", "superseded"]
CommitResult = Literal["applied", "duplicate", "fenced", "gap"]
Via = Literal["embedded", "cluster"]
"""Whose processes work on a run: those of one command, or the workers of a cluster."""

OUT_OF_MEMORY = "out of memory"
"""What the reason contains for which a unit is given back when memory ran out."""
SEARCHED = 64 * 1024
"""Characters of one object's search text that are indexed; a table of 4,000 columns has about as many."""
LARGEST = 48_000_000
"""Bytes of content that one object may have, about; a batch of more is refused by whoever unpacks it."""
WINDOW = 4
"""Batches of one unit that may be uncommitted at any time: all that a kill can cost."""


class Row(NamedTuple):
    """One entity on its way into the catalog.

    ``node`` and ``scope`` (an FQN) name the listing it came from; ``owner`` is the mark of the item that it belongs
    to when it is a secondary entity. ``hash`` is blake2b-128 of ``content`` (canonical JSON); ``stats`` is the JSON of
    its volatile fields.
    """

    type: str
    fqn: str
    parent: str
    name: str
    node: str
    scope: str
    owner: int | None
    hash: bytes
    search: str
    content: str
    stats: str | None


@dataclass(slots=True)
class Counts:
    """Accounting of one entity type: listed = sent + filtered + failed + gone. ``spawned`` items are listed below."""

    listed: int = 0
    sent: int = 0
    filtered: int = 0
    failed: int = 0
    gone: int = 0
    spawned: int = 0


@dataclass(frozen=True, slots=True)
class Receipt:
    """A unit's closing statement, carried by its final batch. ``fingerprint`` digests our grants (see ``Source``);
    ``position`` is how far the source may have been, as ``SourcePosition.dump`` writes it.

    ``post``: the unit's own item has a post_process that must run once all descendants are finished.
    """

    complete: bool
    reason: str = ""
    batches: int = 0
    post: bool = False
    fingerprint: str | None = None
    position: str | None = None


class Verdict(NamedTuple):
    """What the source answered about one suspect: ``yes``, ``no`` or ``unknown``."""

    type: str
    fqn: str
    presence: str


@dataclass(slots=True)
class Batch:
    """What a unit sends in one piece, committed in one transaction or not at all.

    ``cursor`` is the position behind everything in it. ``filtered`` counts objects per ``(type, rule)``. ``seen`` are
    the marks of objects that were listed but not sent (filtered, failed, gone, spawned); those of ``rows`` follow
    from the rows. ``outcomes`` are the failed and gone objects, one each. ``stale``: the source was behind, so that
    what the catalog holds stands.
    """

    run: str
    unit: str
    fence: int
    seq: int
    cursor: Cursor = ()
    rows: list[Row] = field(default_factory=list)
    children: list[Start] = field(default_factory=list)
    outcomes: list[tuple[Outcome, str, str]] = field(default_factory=list)
    """``(outcome, node, scope FQN)``: enough to retry exactly this object."""
    filtered: dict[tuple[str, str], int] = field(default_factory=dict)
    counts: dict[str, Counts] = field(default_factory=dict)
    coverages: list[Coverage] = field(default_factory=list)
    seen: list[int] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    receipt: Receipt | None = None
    statements: int = 0
    """Statements sent to the source since the batch before."""
    peak_rss: int = 0
    """The worker's peak resident memory so far, in bytes."""
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Unit:
    """What one worker claims, leases and finishes. ``depth`` is 0 for the root."""

    id: str
    run: str
    service: str
    start: Start
    phase: Phase = "walk"
    depth: int = 0
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A unit in a worker's hands. ``cursor`` is the committed one; ``crashes`` counts claims that died without
    committing anything; ``poison`` are the keys that the unit must not touch: ``(node, listing FQN, key)``."""

    unit: Unit
    fence: int
    cursor: Cursor = ()
    attempts: int = 0
    crashes: int = 0
    poison: frozenset[tuple[str, str, str]] = frozenset()

    @property
    def careful(self) -> int:
        """0: full slices; 1: a quarter; 2: one item at a time; 3: each key written down before it is touched."""
        return max(0, min(self.crashes - 1, 3))


@dataclass(frozen=True, slots=True)
class QueuePosition:
    """Where in the sink queue a unit's final batch lies; ``epoch`` changes when the queue was wiped."""

    shard: int
    epoch: str
    id: str


@dataclass(frozen=True, slots=True)
class Run:
    """One execution of a recipe. ``recipe`` is frozen, with secret references instead of secrets.

    ``schedule`` is the one that opened it; from ``deadline_at`` (epoch seconds) on it is to be cancelled.
    ``owner`` is the process that crawls an embedded run. ``doubt`` says why nothing that it did not see counts as gone.
    """

    id: str
    service: str
    service_type: str
    state: RunState
    recipe: dict[str, Any]
    parent: str | None
    started_at: float
    ended_at: float | None
    reason: str = ""
    via: Via = "embedded"
    paused: bool = False
    accept_identity: bool = False
    schedule: str | None = None
    deadline_at: float | None = None
    owner: str | None = None
    doubt: str = ""

    @property
    def open(self) -> bool:
        return self.state in ("running", "confirming")

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts that it crawls."""
        return parts_of(self.recipe)


def unit_id(run: str, start: Start, phase: Phase = "walk") -> str:
    """The id of a unit: 32 hex digits of blake2b over run, part, node, scope, range; the same place gives the same id.

    Metadata adds nothing of its own, so that runs opened before there were other parts go on.
    """
    span = start.range
    identity = [run, start.node, start.scope.path, start.item is None, span.after, span.until, span.only]
    if phase == "confirm":
        identity.append(phase)
    if start.part != METADATA:
        identity.append(f"part {start.part}")
    return blake2b(json.dumps(identity).encode(), digest_size=16).hexdigest()


class Lost(BaseException):
    """The unit is somebody else's now, or its run was closed: drop what is held of it and claim another one.

    No ``Exception``, since it is not about the source: it passes through connectors and through the walk, where an
    ``except Exception`` makes an outcome of what it catches.
    """


class SinkQueue(Protocol):
    """A bounded queue of batches, ordered per shard. A batch belongs to the shard of its unit."""

    def put(self, batch: Batch, *, timeout: float) -> QueuePosition | None:
        """Append; waits for space (in bytes and in the unit's window) up to ``timeout`` seconds; ``None``: full.

        Raises ``Lost`` once a batch of the same unit and fence was refused by the ledger (fenced or gap).
        """
        ...

    def settle(self, unit: str, fence: int, *, timeout: float) -> bool:
        """Wait until nothing of a unit is uncommitted, up to ``timeout`` seconds; a unit is given back after that."""
        ...

    def read(self, shard: int, limit: int) -> list[tuple[str, Batch]]:
        """The first entries of a shard, in order, without removing them."""
        ...

    def remove(self, shard: int, ids: Iterable[str], results: Sequence[CommitResult]) -> None:
        """Remove committed entries and give their space back; ``results`` tell the producers."""
        ...

    def close(self) -> None: ...
