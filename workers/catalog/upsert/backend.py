"""What the writer needs from a database: look up, insert, update. One implementation per dialect."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from specs.contracts.work import Row
from workers.store.statements import Statements


class Known(NamedTuple):
    """What the catalog already has of a row's identity."""

    id: int
    hash: bytes
    hash_version: int
    changed_run: str
    state: str
    doubt: str | None
    stats: str | None


class Old(NamedTuple):
    """The content of a row that changes. ``words``: the text under which it is indexed, where that is needed."""

    content: str
    words: str | None


@dataclass(frozen=True, slots=True)
class Stamp:
    """What every written row carries: the run, the time in seconds, the version of its hash."""

    run: str
    service: str
    now: float
    version: int


class Event(NamedTuple):
    """One entry of the change feed, before it has its number. ``diff`` is JSON."""

    type: str
    fqn: str
    kind: str
    diff: str | None


class Backend(Protocol):
    """All methods run inside the caller's transaction. Rows come sorted by ``(type, fqn)``, so that locks do too."""

    sql: Statements

    def lookup(self, rows: Sequence[Row]) -> Mapping[int, Known]:
        """What is known, by position in ``rows``."""
        ...

    def contents(self, ids: Sequence[int]) -> Mapping[int, Old]:
        """Current contents by entity id; locks the entities where several writers can be."""
        ...

    def insert(self, rows: Sequence[Row], stamp: Stamp) -> None:
        """Write new entities with content, words and statistics."""
        ...

    def update(self, rows: Sequence[tuple[int, Row, Old]], stamp: Stamp) -> None:
        """Overwrite entities, by id; they are live then."""
        ...

    def rewrite(self, rows: Sequence[tuple[int, Row, Old]]) -> None:
        """Overwrite contents and words only, by id."""
        ...

    def execute(self, name: str, values: Iterable[Mapping[str, Any]]) -> None:
        """Run the named statement once per item, if there is any."""
        ...

    def append(self, first: int, events: Sequence[Event], stamp: Stamp) -> None:
        """Write events with numbers from ``first`` on."""
        ...

    def refused(self, error: Exception) -> bool:
        """Whether ``error`` is about a row that this database can never take, not about the database."""
        ...
