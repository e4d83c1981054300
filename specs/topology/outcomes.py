"""Functions that build the events and outcomes of a walk."""

from __future__ import annotations

from typing import Any

from specs.entities.base import Entity
from specs.errors import HeadraceError
from specs.errors.mistakes import told
from specs.topology.events import Coverage, Covered, Done, Found, Reported
from specs.topology.listing import DUPLICATE
from specs.topology.node import Node, Outcome, Stage
from specs.topology.scope import Cursor, KeyRange, Scope


def found(entity: Entity, node: Node[Any], fqn: str, listing: Scope, own: bool, cursor: Cursor | None) -> Found:
    return Found(entity, node.name, listing, None if own else (node.type, fqn), cursor)


def first(entity: Entity, told: set[tuple[str, str]]) -> bool:
    """Whether this is the first entity of its identity; ``told`` are the identities so far, to which it is added."""
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
    """The events for a listed object that is not walked.

    Objects of a passage are reported by the part that owns them. Here only those that could not be read are reported,
    because this part's objects below them are unknown.
    """
    if not node.passage:
        return [Reported(outcome, node.name, scope, cursor)]
    if outcome.kind != "failed" or outcome.reason == DUPLICATE:
        return []
    span = KeyRange.single(outcome.key)
    return [Covered(Coverage(node.name, scope, span, outcome.message or outcome.reason, outcome.reason), cursor)]


def ended(node: Node[Any], scope: Scope, span: KeyRange, cursor: Cursor) -> Covered | Done:
    """The event at the end of a listing: its coverage, or for a passage just ``Done``, because only the part that owns
    it gives evidence."""
    return Done(cursor) if node.passage else Covered(Coverage(node.name, scope, span), cursor)


def _message(error: Exception) -> str:
    return str(error) if isinstance(error, HeadraceError) else told(error)
