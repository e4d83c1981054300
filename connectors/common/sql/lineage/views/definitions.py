"""Definitions of views, as the catalog holds them."""

from __future__ import annotations

import json
from typing import NamedTuple

from connectors.common.sql.lineage.relations import KnownRelation, known_relation
from specs import names
from specs.contracts.parts.resolver import StoredObject
from specs.contracts.parts.statements import TableName

VIEWS = ('"table_type":"view"', '"table_type":"materialized_view"')
"""What the content of views contains."""


class Definition(NamedTuple):
    """A view and its text, which is empty where the catalog has none. ``depends_on`` are the FQNs of the relations
    that the source says it is made of; empty where it says nothing."""

    relation: KnownRelation
    text: str
    depends_on: frozenset[str] = frozenset()

    @property
    def size(self) -> int:
        """The bytes of its text."""
        return len(self.text.encode("utf-8", "replace"))


def definition(stored: StoredObject) -> Definition:
    """The definition of a stored view."""
    told = json.loads(stored.content)
    depends = {each["fqn"] for each in told.get("depends_on", ()) if each.get("type", "Table") == "Table"}
    return Definition(known_relation(stored), told.get("view_definition") or "", frozenset(depends))


def recorded(view: Definition) -> tuple[TableName, ...]:
    """The relations that the source says a view is made of: where it says so, the text is not searched for
    their names."""
    paths = [names.split(fqn) for fqn in sorted(view.depends_on)]
    return tuple(TableName(path[1], path[2], path[3]) for path in paths if len(path) == 4)


def is_view(stored: StoredObject) -> bool:
    """Whether a stored relation is a view of any kind."""
    return any(piece in stored.content for piece in VIEWS)
