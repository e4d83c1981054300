"""The columns that are known of relations, found by the names that statements have for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from specs.contracts.parts.statements import Columns, TableName


class NameIndex:
    """Names in the case that they have. A name that is not there in its own case is found in another one: all that
    differ only in case, since it is not known which one is meant."""

    __slots__ = ("_exact", "_folded")

    def __init__(self, names: Sequence[str]) -> None:
        self._exact = dict.fromkeys(names)
        self._folded: dict[str, list[str]] | None = None

    def __iter__(self) -> Iterator[str]:
        return iter(self._exact)

    def __len__(self) -> int:
        return len(self._exact)

    def find(self, name: str) -> Sequence[str]:
        """The names that fit: itself, or those in another case."""
        if name in self._exact:
            return (name,)
        if self._folded is None:
            self._folded = {}
            for each in self._exact:
                self._folded.setdefault(each.casefold(), []).append(each)
        return self._folded.get(name.casefold(), ())


class KnownTables:
    """Relations and their columns. A name without database or schema fits relations of any."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._by_name: dict[str, list[TableName]] = {}
        self._indexes: dict[TableName, NameIndex] = {}
        for each in columns:
            self._by_name.setdefault(each.name.casefold(), []).append(each)

    def fitting(self, name: TableName, defaults: tuple[str, str] = ("", "")) -> list[TableName]:
        """The relations that a name fits: the one that is called so, or those in another case.

        ``defaults``, a database and a schema, completed the name: a relation may be known without them.
        """
        if name in self._columns:
            return [name]
        found = [each for each in self._by_name.get(name.name.casefold(), ()) if _fits(name, each, defaults)]
        exact = [each for each in found if each.name == name.name]
        return exact or found

    def columns(self, name: TableName) -> NameIndex | None:
        """The columns of a relation that is known by exactly this name; ``None`` where none are known."""
        if name not in self._indexes:
            if not self._columns.get(name):
                return None
            self._indexes[name] = NameIndex([column for column, _ in self._columns[name]])
        return self._indexes[name]


def _fits(name: TableName, known: TableName, defaults: tuple[str, str]) -> bool:
    for said, has, default in zip(name[:2], known[:2], defaults, strict=True):
        if said and said.casefold() != has.casefold() and (has or said != default):
            return False
    return True
