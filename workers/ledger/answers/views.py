"""What the ledger tells its readers."""

from __future__ import annotations

from typing import NamedTuple

from specs.topology.scope import KeyRange


class UnitView(NamedTuple):
    """One unit. ``scope`` is an FQN, ``span`` the key range of a unit over many items; ``seconds`` it was in hands."""

    id: str
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


class Incomplete(NamedTuple):
    """A listing that was not read to its end, or a unit that failed. ``scope`` is an FQN."""

    node: str
    scope: str
    reason: str
    message: str


class RunProgress(NamedTuple):
    """Where a run stands. ``states``: unfinished units by state; ``scopes``: FQNs in workers' hands, at most 32;
    ``peak_rss`` in bytes; ``trouble``: why the unit that fared worst last was tried again."""

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
    """Leases that ran out, batches refused because of their fence, units whose worker was killed."""

    expired: int
    fenced: int
    crashes: int
