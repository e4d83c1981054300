"""Usage: how often an object was queried, by how many users, and with which objects it was joined."""

from __future__ import annotations

from datetime import date
from typing import Annotated, ClassVar

from specs.entities.base import Entity, Name, Part, ordered

TOP = 20
"""Most queries, users and joins that are kept per day."""


class QueryUse(Part):
    """One query shape: literals replaced, counted."""

    sql: Name
    count: int
    users: int | None = None
    mean_ms: float | None = None


class Join(Part):
    """How often the object was joined with another one; columns as pairs ``(own, theirs)``."""

    other: str
    count: int
    columns: Annotated[tuple[tuple[Name, Name], ...], ordered()] = ()


class DayUse(Part):
    """One day (UTC). ``queries`` counts all of them, ``top`` keeps the ``TOP`` most frequent."""

    day: date
    queries: int
    users: int | None = None
    top: tuple[QueryUse, ...] = ()
    joins: Annotated[tuple[Join, ...], ordered(lambda join: join.other)] = ()


class Usage(Entity):
    """How one object was used. It has the FQN of that object, whose type is ``target_type``."""

    DESCRIBES: ClassVar[bool] = True
    target_type: str = "Table"
    days: Annotated[tuple[DayUse, ...], ordered(lambda use: use.day)] = ()
