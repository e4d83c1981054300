"""The events that a walk yields, from which batches are built, each with the cursor behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from specs.entities.base import Entity
from specs.service_spec import METADATA
from specs.topology.node import Outcome
from specs.topology.scope import EVERYTHING, Cursor, KeyRange, Scope


@dataclass(frozen=True, slots=True)
class Start:
    """The start of a unit: one item (``scope`` is the item's own), or a range of a node's items below ``scope``.

    ``item`` is the JSON form of an ``Item``: ``[key, name, data, estimate]``. ``part`` is the part to whose topology
    ``node`` belongs: two parts of the same schema are two units.
    """

    node: str
    scope: Scope
    item: list[Any] | None = None
    range: KeyRange = EVERYTHING
    estimate: int | None = None
    part: str = METADATA

    @classmethod
    def root(cls, node: str, service: str, part: str = METADATA) -> Start:
        """The start of a part of a whole service: the only item of its root node."""
        return cls(node, Scope.of(service), [service, service, {}, None], part=part)


@dataclass(frozen=True, slots=True)
class Coverage:
    """The evidence of a listing: ``node`` was listed below ``scope`` for ``range``; ``error`` says why it is
    incomplete.

    Objects of a listing are deleted only when coverages without error together cover all its keys.
    """

    node: str
    scope: Scope
    range: KeyRange = EVERYTHING
    error: str | None = None
    reason: str = ""


class Found(NamedTuple):
    """An entity. ``node`` and ``scope`` are those of its listing; ``owner`` is the ``(type, fqn)`` of its item when it
    is a secondary entity (a table's trigger), else ``None``."""

    entity: Entity
    node: str
    scope: Scope
    owner: tuple[str, str] | None
    cursor: Cursor | None = None


class Reported(NamedTuple):
    """The outcome of a listed object that is not sent."""

    outcome: Outcome
    node: str
    scope: Scope
    cursor: Cursor | None = None


class Spawned(NamedTuple):
    """A child unit for the listed objects ``fqns`` of ``type`` (none for a range of a split listing)."""

    start: Start
    type: str
    fqns: tuple[str, ...]
    cursor: Cursor | None = None


class Covered(NamedTuple):
    """The coverage of a listing whose producer ended or failed."""

    coverage: Coverage
    cursor: Cursor | None = None


class Done(NamedTuple):
    """The end of an item: the best place to cut a batch."""

    cursor: Cursor | None


Event = Found | Reported | Spawned | Covered | Done
"""``cursor`` is ``None`` where a batch must not be cut, because a resume there would lose or repeat something."""
