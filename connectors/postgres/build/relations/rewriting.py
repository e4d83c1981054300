"""Builds what stands beside the columns of a relation: dependencies, rewrite rules, policies, extended statistics."""

from __future__ import annotations

from typing import Any

from specs import names
from specs.entities.access import Policy
from specs.entities.database.rewrite_rules import ExtendedStatistics, RewriteRule
from specs.entities.dependencies import Dependency

Rows = list[tuple[Any, ...]]

RETURN = "_RETURN"
"""The name of the rule that is a view's query."""
_EVENTS = {"1": "select", "2": "update", "3": "insert", "4": "delete"}
STATES = {"R": "replica", "A": "always", "D": "disabled"}
"""Of rules and triggers; the usual one is left out."""
_COMMANDS = {"*": "all", "r": "select", "a": "insert", "w": "update", "d": "delete"}
_KINDS = {"d": "ndistinct", "f": "dependencies", "m": "mcv", "e": "expressions"}


def beside(rows: dict[str, Rows], database: str) -> dict[str, Any]:
    """The fields of a table that these facets have something to say about; ``database`` is the FQN."""
    fields: dict[str, Any] = {}
    if "rewrites" in rows:
        found = rows["rewrites"]
        fields["depends_on"] = tuple(_dependency(row, database) for row in found if row[1] == RETURN and row[8])
        fields["rules"] = tuple(_rule(row) for row in found if row[1] != RETURN)
    if "policies" in rows:
        fields["policies"] = tuple(_policy(row) for row in rows["policies"])
    if "statistics" in rows:
        fields["statistics"] = tuple(_statistics(row) for row in rows["statistics"])
    return fields


def _dependency(row: tuple[Any, ...], database: str) -> Dependency:
    *_, type_, schema, name, columns = row
    return Dependency(fqn=names.child(names.child(database, schema), name), type=type_, columns=tuple(columns or ()))


def _rule(row: tuple[Any, ...]) -> RewriteRule:
    _, name, event, instead, enabled, definition, comment, *_ = row
    return RewriteRule(
        name=name,
        event=_EVENTS[event],
        instead=instead,
        state=STATES.get(enabled),
        definition=definition,
        comment=comment,
    )


def _policy(row: tuple[Any, ...]) -> Policy:
    _, name, command, permissive, roles, using, check, comment = row
    return Policy(
        name=name,
        command=_COMMANDS[command],
        permissive=permissive,
        roles=tuple(roles),
        using=using,
        check=check,
        comment=comment,
    )


def _statistics(row: tuple[Any, ...]) -> ExtendedStatistics:
    _, schema, name, kinds, columns, expressions, target, owner, comment = row
    return ExtendedStatistics(
        name=name if schema is None else names.build(schema, name),
        kinds=tuple(_KINDS.get(kind, kind) for kind in kinds),
        columns=(*columns, *(expressions or ())),
        target=target,
        owner=owner,
        comment=comment,
    )
