"""The events and outcomes that a walk makes of what it meets."""

from __future__ import annotations

from typing import Any

from specs.entities.base import Entity
from specs.errors import HeadraceError
from specs.mistakes import told
from specs.topology.events import Coverage, Found
from specs.topology.listing import DUPLICATE
from specs.topology.node import Node, Outcome, Stage
from specs.topology.scope import Cursor, KeyRange, Scope


def found(entity: Entity, node: Node[Any], fqn: str, listing: Scope, own: bool, cursor: Cursor | None) -> Found:
    return Found(entity, node.name, listing, None if own else (node.type, fqn), cursor)


def first(entity: Entity, told: set[tuple[str, str]]) -> bool:
    """Whether an item has not yielded an entity of this identity before."""
    identity = (entity.type_name(), entity.fqn)
    if identity in told:
        return False
    told.add(identity)
    return True


def twin(entity: Entity, key: str) -> Outcome:
    message = "two of this name belong to one object: the first one is kept"
    return Outcome("failed", entity.type_name(), entity.fqn, key, DUPLICATE, message)


def outcome(stage: Stage[Any, Entity], fqn: str, key: str, error: Exception) -> Outcome:
    reason = error.reason if isinstance(error, HeadraceError) else "error"
    return Outcome("failed", stage.entity.type_name(), fqn, key, reason, _message(error))


def failed(node: Node[Any], scope: Scope, span: KeyRange, error: Exception) -> Coverage:
    reason = error.reason if isinstance(error, HeadraceError) else "error"
    return Coverage(node.name, scope, span, _message(error), reason)


def _message(error: Exception) -> str:
    return str(error) if isinstance(error, HeadraceError) else told(error)
