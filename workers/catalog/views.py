"""The plain, frozen data that the catalog returns; it can be turned into JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Brief:
    """An entity in one line. ``state`` is ``live`` or ``missing``."""

    type: str
    fqn: str
    parent: str
    name: str
    service: str
    state: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Entry(Brief):
    """An entity in full: its content, its volatile statistics, and when it was first seen and last changed. Times are
    in epoch seconds."""

    content: dict[str, Any]
    stats: dict[str, Any]
    first_seen: float
    changed_at: float
    changed_run: str


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One event of the change feed. ``diff`` maps JSON paths to ``[old, new]``; ``at`` is in epoch seconds."""

    seq: int
    type: str
    fqn: str
    kind: str
    diff: dict[str, Any] | None
    run: str
    at: float

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Difference:
    """The change of one object over several events."""

    type: str
    fqn: str
    kind: str
    diff: dict[str, Any] | None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class DeletionView:
    """An object that a run did not see, and what became of it.

    ``outcome``: ``missing``, ``deleted``, ``live`` (it was missing, but the source has it), ``waiting`` (above the
    cap, until a person approves), ``doubt`` (our grants changed, so absence proves nothing), ``kept`` (the source still
    has it, or could not answer), or ``asking`` (there is no answer yet). ``verdict`` is the source's answer. ``cause``
    is the FQN of the container with which the object was removed.
    """

    type: str
    fqn: str
    outcome: str
    verdict: str | None
    cause: str | None
    applied: bool

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class ServiceView:
    """One crawled service and how many entities of it are live and missing."""

    name: str
    type: str
    live: int
    missing: int

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
