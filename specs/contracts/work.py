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
from specs.service_spec import METADATA
from specs.topology.events import Coverage, Start
from specs.topology.node import Outcome
from specs.topology.scope import Cursor

Phase = Literal["walk", "post", "confirm"]
UnitState = Literal["held", "ready", "running", "flushing", "waiting", "delayed", "done", "failed", "cancelled"]
RunState = Literal["running", "confirming", "complete", "partial", "failed", "cancelled", "superseded"]
CommitResult = Literal["applied", "duplicate", "fenced", "gap"]
Via = Literal["embedded", "cluster"]
"""Which processes work on a run: those of a single command, or the workers of a cluster."""

OUT_OF_MEMORY = "out of memory"
"""A part of the reason with which a unit is released when memory ran out."""
SEARCHED = 64 * 1024
"""Most characters of one object's search text that are indexed; a table of 4,000 columns has about as many."""
LARGEST = 48_000_000
"""Most bytes of content of one object, about; the codec refuses to unpack a larger batch."""
WINDOW = 4
"""Most uncommitted batches of one unit; a killed worker loses no more than these."""


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
    """The source's answer about one suspect; ``presence`` is ``yes``, ``no`` or ``unknown``."""

    type: str
    fqn: str
    presence: str


@dataclass(slots=True)
class Batch:
    """A part of a unit's results, committed in one transaction or not at all.

    ``cursor`` is the position behind everything in it. ``filtered`` counts objects by ``(type, rule)``. ``seen`` are
    the marks of objects that were listed but not sent (filtered, failed, gone, spawned); the marks of ``rows`` are
    computed from the rows. ``outcomes`` are the failed and gone objects. ``stale``: the source was behind, so that
    existing entities are not changed.
    """

    run: str
    unit: str
    fence: int
    seq: int
    cursor: Cursor = ()
    rows: list[Row] = field(default_factory=list)
    children: list[Start] = field(default_factory=list)
    outcomes: list[tuple[Outcome, str, str]] = field(default_factory=list)
    """``(outcome, node, scope FQN)``: a retry needs these to read exactly this object."""
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
    """A piece of a run that one worker claims, leases and finishes. ``depth`` is 0 for the root."""

    id: str
    run: str
    service: str
    start: Start
    phase: Phase = "walk"
    depth: int = 0
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A unit that a worker holds. ``cursor`` is the committed one; ``crashes`` counts claims whose process died before
    a batch was committed; ``poison`` are the keys that must not be read: ``(node, listing FQN, key)``."""

    unit: Unit
    fence: int
    cursor: Cursor = ()
    attempts: int = 0
    crashes: int = 0
    poison: frozenset[tuple[str, str, str]] = frozenset()

    @property
    def careful(self) -> int:
        """The degree of care. 0: full slices; 1: a quarter; 2: one item at a time; 3: each key noted before it is
        read."""
        return max(0, min(self.crashes - 1, 3))


@dataclass(frozen=True, slots=True)
class QueuePosition:
    """The position of a batch in the sink queue; ``epoch`` changes when the queue loses its data."""

    shard: int
    epoch: str
    id: str


@dataclass(frozen=True, slots=True)
class Run:
    """One execution of a recipe. ``recipe`` never changes, and has references instead of secrets.

    ``schedule`` is the schedule that opened it; at ``deadline_at`` it is cancelled. All times are in epoch seconds.
    ``owner`` is the process that crawls an embedded run. ``doubt`` is the reason why the run deletes nothing.
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

    The part metadata is left out, so that the ids of runs opened before there were other parts stay the same.
    """
    span = start.range
    identity = [run, start.node, start.scope.path, start.item is None, span.after, span.until, span.only]
    if phase == "confirm":
        identity.append(phase)
    if start.part != METADATA:
        identity.append(f"part {start.part}")
    return blake2b(json.dumps(identity).encode(), digest_size=16).hexdigest()


class Lost(BaseException):
    """Another worker holds the unit now, or its run was closed: the worker drops its open batch and claims another
    unit.

    It is no ``Exception``, because connectors and the walk turn every ``Exception`` into an outcome of an object, and
    this one has to pass through them.
    """


class SinkQueue(Protocol):
    """A bounded queue of batches, ordered per shard. A batch belongs to the shard of its unit."""

    def put(self, batch: Batch, *, timeout: float) -> QueuePosition | None:
        """Append a batch, once there is room for its bytes and in the unit's window; returns its position, or ``None``
        when there was no room within ``timeout`` seconds.

        Raises ``Lost`` once the ledger has refused a batch of the same unit and fence (fenced or gap).
        """
        ...

    def settle(self, unit: str, fence: int, *, timeout: float) -> bool:
        """Wait up to ``timeout`` seconds until all batches of a unit are committed; returns whether they are. A worker
        releases its unit only after that."""
        ...

    def read(self, shard: int, limit: int) -> list[tuple[str, Batch]]:
        """Up to ``limit`` first entries of a shard, ``(id, batch)`` each, in order, without removing them."""
        ...

    def remove(self, shard: int, ids: Iterable[str], results: Sequence[CommitResult]) -> None:
        """Remove entries that were committed or refused, which frees their room; producers learn the ``results``."""
        ...

    def close(self) -> None: ...
