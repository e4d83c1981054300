"""Tables that other rooms derive from the contents of entities of some types. They are written in the transactions that
write the entities; the state of an entity is looked up where their rows are read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from specs.contracts.work import Row
    from workers.store.connection import Connection

DERIVED: Mapping[str, str] = {"Lineage": "workers.lineage.edges"}
"""The tables by entity type: a module that is a ``DerivedTable``, imported when the first such entity comes."""


class DerivedTable(Protocol):
    """Entities come with their ids and contents. All methods run inside the caller's transaction and raise the errors
    of the database."""

    def add(self, conn: Connection, contents: Sequence[tuple[int, str]]) -> None:
        """Derive the rows of new entities."""
        ...

    def replace(self, conn: Connection, contents: Sequence[tuple[int, str]]) -> None:
        """Derive the rows of changed entities anew."""
        ...

    def remove(self, conn: Connection, ids: Sequence[int]) -> None:
        """Remove the rows of entities that are removed; most ids have none."""
        ...


def added(conn: Connection, rows: Iterable[tuple[int, Row]]) -> None:
    """Entities are new."""
    for table, contents in _affected(rows):
        table.add(conn, contents)


def changed(conn: Connection, rows: Iterable[tuple[int, Row]]) -> None:
    """Contents of entities have changed."""
    for table, contents in _affected(rows):
        table.replace(conn, contents)


def removed(conn: Connection, ids: Sequence[int]) -> None:
    """Entities of any type are removed."""
    for place in DERIVED.values():
        _table(place).remove(conn, ids)


def _affected(rows: Iterable[tuple[int, Row]]) -> list[tuple[DerivedTable, list[tuple[int, str]]]]:
    found: dict[str, list[tuple[int, str]]] = {}
    for id_, row in rows:
        if row.type in DERIVED:
            found.setdefault(DERIVED[row.type], []).append((id_, row.content))
    return [(_table(place), contents) for place, contents in found.items()]


def _table(place: str) -> DerivedTable:
    module: Any = import_module(place)
    table: DerivedTable = module
    return table
