"""Dependencies: the objects that an object uses, as the source's own catalog records them."""

from __future__ import annotations

from typing import Annotated

from specs.entities.base import Name, Part, ordered


class Dependency(Part):
    """One object that another one is made of, and its columns where they are known.

    It belongs to the object that depends: it is read with it, from one snapshot, and changes with it. Lineage takes
    the proven edges from here.
    """

    fqn: str
    type: str = "Table"
    columns: Annotated[tuple[Name, ...], ordered()] = ()
    """The columns that are used; empty when the object is used as a whole or has no columns."""
    condition: Name | None = None
    """The condition for the rows that are used; ``None`` for all rows."""


Dependencies = Annotated[tuple[Dependency, ...], ordered(lambda each: (each.fqn, each.type))]
