"""The events and outcomes that a walk makes of what it meets."""

from __future__ import annotations

from typing import Any

from specs.entities.base import Entity
from specs.errors import HeadraceError
from specs.mistakes import told
from specs.topology.events import Coverage, Covered, Done, Found, Reported
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


def reported(node: Node[Any], scope: Scope, outcome: Outcome, cursor: Cursor | None = None) -> list[Reported | Covered]:
    """What is told of a listed object that is not walked.

    Of a passage the part that owns it tells; only what could not be read is told, since nothing is known below it.
    """
    if not node.passage:
        return [Reported(outcome, node.name, scope, cursor)]
    if outcome.kind != "failed" or outcome.reason == DUPLICATE:
        return []
    span = KeyRange.single(outcome.key)
    return [Covered(Coverage(node.name, scope, span, outcome.message or outcome.reason, outcome.reason), cursor)]


def ended(node: Node[Any], scope: Scope, span: KeyRange, cursor: Cursor) -> Covered | Done:
    """A listing came to its end: evidence, unless it is a passage, which proves nothing for the part that owns it."""
    return Done(cursor) if node.passage else Covered(Coverage(node.name, scope, span), cursor)


def _message(error: Exception) -> str:
    return str(error) if isinstance(error, HeadraceError) else told(error)
