"""What finds the rows of a table quickly."""

from __future__ import annotations

from specs.entities.base import Name, Part, Prose


class Index(Part):
    """An index; ``columns`` in order, expressions as their text."""

    name: Name
    columns: tuple[Name, ...] = ()
    included: tuple[Name, ...] = ()
    unique: bool = False
    method: str | None = None
    predicate: Name | None = None
    comment: Prose | None = None
