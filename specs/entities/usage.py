"""Usage: how often objects were queried, by whom, with which columns and joins; in buckets of one day each.

A run replaces the buckets of the days that it read. What lies in a bucket was counted once, so that buckets may be
added up, but for users: those of several days are told by their names.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Annotated, Any, ClassVar

from pydantic import Field

from specs.entities.base import Entity, Name, Part, ordered

TOP = 10
"""Most queries and joins of an object that are kept per day."""
TOP_USERS = 1000
"""Most users of an object that are kept by name per day."""


class QueryUse(Part):
    """One query shape: literals removed, counted. ``users`` and ``mean_ms`` are known where the log tells them."""

    sql: Name
    count: int
    users: int | None = None
    mean_ms: float | None = None


class Join(Part):
    """How often the object was joined with another one; columns as pairs ``(own, theirs)``."""

    other: str
    count: int
    columns: Annotated[tuple[tuple[Name, Name], ...], ordered()] = ()


class ColumnUse(Part):
    """How many statements used a column, wherever it stands in them."""

    column: Name
    queries: int


class Usage(Entity):
    """How one object was used on one day. It lies below the ``UsageDay``; its name is the FQN of the object without the
    service's, ``target`` the whole FQN.

    ``queries`` counts statements, ``reads`` and ``writes`` those that read or changed it; one may do both, and one that
    only defines it does neither. ``user_names`` may be left out, hashed, or too many to be kept.
    """

    DESCRIBES: ClassVar[bool] = True
    MEASURED: ClassVar[bool] = True
    VOLATILE: ClassVar[frozenset[str]] = frozenset(
        {"queries", "reads", "writes", "users", "user_names", "first_use", "last_use", "columns", "top", "joins"}
    )
    target: str = ""
    target_type: str = "Table"
    day: date
    queries: int = 0
    reads: int = 0
    writes: int = 0
    users: int | None = None
    user_names: Annotated[tuple[Name, ...], ordered()] = ()
    first_use: datetime | None = None
    last_use: datetime | None = None
    columns: Annotated[tuple[ColumnUse, ...], ordered(lambda use: use.column)] = ()
    top: tuple[QueryUse, ...] = ()
    joins: Annotated[tuple[Join, ...], ordered(lambda join: (join.other, join.columns))] = ()

    def search_text(self) -> str:
        """Nothing: the object is found by its own words."""
        return ""


class UsageDay(Entity):
    """One day of a service's query log, in the time zone ``zone``: an account of its statements.

    ``statements`` = ``resolved`` (they name an object of the catalog) + ``unresolved`` (they name only others) +
    ``nameless`` (they name none) + ``unparsed``. Statements that the server refused (``failed``), and lines that are
    ``broken``, are not among them. ``unknown`` are the names most often used that fit no object.
    """

    VOLATILE: ClassVar[frozenset[str]] = frozenset(
        {"statements", "resolved", "unresolved", "nameless", "unparsed", "failed", "broken", "shapes", "users"}
        | {"user_names", "unknown", "since", "log"}
    )
    day: date
    zone: str = "UTC"
    evidence: str = "query_log"
    """Where the numbers come from: a ``query_log``, or counters of the server (``statistics``)."""
    statements: int = 0
    resolved: int = 0
    unresolved: int = 0
    nameless: int = 0
    unparsed: int = 0
    failed: int = 0
    broken: int = 0
    shapes: int = 0
    users: int | None = None
    user_names: Annotated[tuple[Name, ...], ordered()] = ()
    unknown: Annotated[tuple[Name, ...], ordered()] = ()
    since: datetime | None = None
    """Counters only: since when they have counted; statements before are not known."""
    log: dict[str, Any] = Field(default_factory=dict)
    """Where the day lies in its log, so that it is not read again while nothing is written for it: the ``seal`` of what
    was read, when that was ``begun``, and what is known of ``files``. It was read to its end when a ``LogWatermark``
    below the day says the same."""

    def search_text(self) -> str:
        """Nothing: a day is no object of the source."""
        return ""


class UsageCounters(Entity):
    """What a server's counters of statements said at the last look: the ``base`` before the day, and the ``last``
    numbers, by counter. The next look counts the difference."""

    VOLATILE: ClassVar[frozenset[str]] = frozenset({"day", "server", "base", "last", "evicted"})
    day: date | None = None
    server: str = ""
    base: dict[str, int] = Field(default_factory=dict)
    last: dict[str, int] = Field(default_factory=dict)
    evicted: int = 0

    @classmethod
    def told(cls, statistics: str) -> dict[str, Any]:
        """The numbers in what the catalog keeps of them."""
        found: dict[str, Any] = {"server": "", "base": {}, "last": {}, **json.loads(statistics)}
        return found

    def search_text(self) -> str:
        """Nothing: counters are no object of the source."""
        return ""
