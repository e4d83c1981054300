"""What a walk yields: everything a batch is made of, each event with the cursor behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from specs.entities.base import Entity
from specs.topology.node import Outcome
from specs.topology.scope import EVERYTHING, Cursor, KeyRange, Scope

METADATA = "metadata"
"""The part that every other one builds on: what exists, and what it looks like."""


@dataclass(frozen=True, slots=True)
class Start:
    """Where a unit begins: one item (``scope`` is the item's own) or a range of a node's items below ``scope``.

    ``item`` is the JSON form of an ``Item``: ``[key, name, data, estimate]``. ``part`` says whose topology ``node``
    belongs to: two parts over the same schema are two units.
    """

    node: str
    scope: Scope
    item: list[Any] | None = None
    range: KeyRange = EVERYTHING
    estimate: int | None = None
    part: str = METADATA

    @classmethod
    def root(cls, node: str, service: str, part: str = METADATA) -> Start:
        """Where a part of a whole service begins: at the only item of its root node."""
        return cls(node, Scope.of(service), [service, service, {}, None], part=part)


@dataclass(frozen=True, slots=True)
class Coverage:
    """A listing's evidence: ``node`` was listed below ``scope`` for ``range``; ``error`` says why it is incomplete.

    Deletion trusts a scope only when error-free coverages tile its whole key space.
    """

    node: str
    scope: Scope
    range: KeyRange = EVERYTHING
    error: str | None = None
    reason: str = ""


class Found(NamedTuple):
    """An entity. ``node`` and ``scope`` name the listing it came from; ``owner`` is the ``(type, fqn)`` of the item
    when the entity is a secondary one (a table's trigger), else ``None``."""

    entity: Entity
    node: str
    scope: Scope
    owner: tuple[str, str] | None
    cursor: Cursor | None = None


class Reported(NamedTuple):
    """A listed object that was not sent."""

    outcome: Outcome
    node: str
    scope: Scope
    cursor: Cursor | None = None


class Spawned(NamedTuple):
    """A unit below, standing for the listed objects ``fqns`` of ``type`` (none for a range of a split listing)."""

    start: Start
    type: str
    fqns: tuple[str, ...]
    cursor: Cursor | None = None


class Covered(NamedTuple):
    """A producer came to its end, or failed."""

    coverage: Coverage
    cursor: Cursor | None = None


class Done(NamedTuple):
    """An item is finished: the best place to cut a batch."""

    cursor: Cursor | None


Event = Found | Reported | Spawned | Covered | Done
"""``cursor`` is ``None`` where a batch must not be cut, because a resume there would lose or repeat something."""
