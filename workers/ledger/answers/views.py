"""The plain data that the ledger's answers consist of."""

from __future__ import annotations

from typing import Any, NamedTuple

from specs.service_spec import METADATA
from specs.topology.scope import KeyRange


def _told(found: dict[str, Any]) -> dict[str, Any]:
    """The part is told where it is another one than metadata."""
    return {key: value for key, value in found.items() if (key, value) != ("part", METADATA)}


class UnitView(NamedTuple):
    """One unit. ``scope`` is an FQN; ``span`` is the key range of a unit over many items; ``seconds`` is how long
    workers held it."""

    id: str
    part: str
    node: str
    scope: str
    span: KeyRange
    phase: str
    depth: int
    parent: str | None
    state: str
    seconds: float
    objects: int
    statements: int
    attempts: int
    crashes: int
    reason: str
    progress: str
    fingerprint: str | None


class Failure(NamedTuple):
    """One object that was listed and then failed, or was gone. ``scope`` is the FQN of the listing."""

    type: str
    fqn: str
    key: str
    reason: str
    message: str
    attempts: int
    node: str
    scope: str
    part: str = METADATA

    def as_json(self) -> dict[str, Any]:
        return _told(self._asdict())


class Incomplete(NamedTuple):
    """A listing that was not read to its end, or a unit that failed. ``scope`` is an FQN."""

    node: str
    scope: str
    reason: str
    message: str
    part: str = METADATA

    def as_json(self) -> dict[str, Any]:
        return _told(self._asdict())


class PartTally(NamedTuple):
    """One part of a run: its units, how many of them ended and how many with an incomplete receipt, the objects that
    they listed and the statements that they sent."""

    units: int
    ended: int
    incomplete: int
    objects: int
    statements: int


class RunProgress(NamedTuple):
    """The progress of a run. ``states``: unfinished units by state; ``scopes``: the FQNs of up to 32 units that workers
    hold; ``peak_rss`` in bytes; ``trouble``: why one of
    its units was or will be tried again."""

    states: dict[str, int]
    known: int
    done: int
    entities: int
    failures: int
    statements: int
    peak_rss: int
    scopes: tuple[str, ...]
    trouble: str = ""


class RunMeters(NamedTuple):
    """Counts of expired leases, of batches refused because of their fence, and of units whose worker process died."""

    expired: int
    fenced: int
    crashes: int
