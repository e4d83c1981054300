"""The protocol of the writer's statements: look up, insert, update. One implementation per dialect."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from specs.contracts.work import Row
from workers.store.statements import Statements


class Known(NamedTuple):
    """The catalog's entity with the identity of a row."""

    id: int
    hash: bytes
    hash_version: int
    changed_run: str
    state: str
    doubt: str | None
    stats: str | None


class Old(NamedTuple):
    """The present content of an entity that changes. ``words``: the text under which it is indexed, where the backend
    needs that to remove it from the index."""

    content: str
    words: str | None


@dataclass(frozen=True, slots=True)
class Stamp:
    """The columns that all written rows share: the run, the service, the time in epoch seconds, the hash version."""

    run: str
    service: str
    now: float
    version: int


class Event(NamedTuple):
    """One event of the change feed, before it has its number. ``diff`` is JSON."""

    type: str
    fqn: str
    kind: str
    diff: str | None


class Backend(Protocol):
    """All methods run inside the caller's transaction. The caller sorts rows by ``(type, fqn)``, so that all
    transactions lock them in one order and do not deadlock."""

    sql: Statements

    def lookup(self, rows: Sequence[Row]) -> Mapping[int, Known]:
        """The existing entities by index in ``rows``."""
        ...

    def contents(self, ids: Sequence[int]) -> Mapping[int, Old]:
        """The present contents by entity id; locks the entities on a database with several writers."""
        ...

    def insert(self, rows: Sequence[Row], stamp: Stamp) -> Sequence[int]:
        """Write new entities with content, words and statistics; returns their ids."""
        ...

    def update(self, rows: Sequence[tuple[int, Row, Old]], stamp: Stamp) -> None:
        """Overwrite entities by id, and make them live."""
        ...

    def rewrite(self, rows: Sequence[tuple[int, Row, Old]]) -> None:
        """Overwrite contents and words only, by id."""
        ...

    def execute(self, name: str, values: Iterable[Mapping[str, Any]]) -> None:
        """Run the named statement once per item of ``values``."""
        ...

    def append(self, first: int, events: Sequence[Event], stamp: Stamp) -> None:
        """Write events with numbers from ``first`` on."""
        ...

    def refused(self, error: Exception) -> bool:
        """Whether ``error`` says that this database can never store a row, rather than that it cannot work now."""
        ...
