"""Relations as a query sees them: a name is asked for, the columns of tables that it is made of are the answer."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from sqlglot import exp

from connectors.common.sql.lineage.analysis.known import NameIndex
from specs.contracts.parts.statements import TableName

if TYPE_CHECKING:  # the process of a parser does without the models of entities
    from specs.entities.lineage import Transformation

Origins: TypeAlias = "dict[tuple[TableName, str], Transformation]"
"""Columns of tables, each with the most that becomes of it on its ways."""
RANK: dict[Transformation, int] = {"filter": 0, "identity": 1, "expression": 2, "aggregate": 3}


def merge(into: Origins, found: Origins, transformation: Transformation = "identity") -> None:
    """Add what a part of an expression is made of; it becomes at least ``transformation``."""
    least = RANK[transformation]
    for key, each in found.items():
        what = each if RANK[each] >= least else transformation
        if key not in into or RANK[into[key]] < RANK[what]:
            into[key] = what


class Output(NamedTuple):
    """A column that a relation yields. ``made`` is its expression, where it is no plain copy."""

    name: str
    origins: Origins
    made: exp.Expr | None = None


class Relation(ABC):
    """What stands in FROM."""

    @property
    @abstractmethod
    def open(self) -> bool:
        """Whether it may have columns that are not known."""

    @abstractmethod
    def find(self, name: str) -> Origins | None:
        """What the column of this name is made of, or ``None`` when none is known."""

    @abstractmethod
    def guess(self, name: str) -> Origins:
        """What a column is made of that only an open relation may have."""

    @abstractmethod
    def outputs(self) -> Sequence[Output]:
        """All columns that are known, in order."""


class Stored(Relation):
    """A relation of the database; several where the name fits more than one in another case."""

    __slots__ = ("tables",)

    def __init__(self, tables: tuple[tuple[TableName, NameIndex | None], ...]) -> None:
        self.tables = tables

    @property
    def open(self) -> bool:
        return any(columns is None for _, columns in self.tables)

    def find(self, name: str) -> Origins | None:
        found: Origins = {
            (table, each): "identity"
            for table, columns in self.tables
            if columns is not None
            for each in columns.find(name)
        }
        return found or None

    def guess(self, name: str) -> Origins:
        return {(table, name): "identity" for table, _ in self.tables}

    def outputs(self) -> Sequence[Output]:
        names: dict[str, Origins] = {}
        for table, columns in self.tables:
            for name in columns or ():
                names.setdefault(name, {})[table, name] = "identity"
        return [Output(name, origins) for name, origins in names.items()]


class Derived(Relation):
    """What a query yields. ``beyond`` are the open relations whose columns it passes on with ``*``."""

    __slots__ = ("_index", "_outputs", "beyond")

    def __init__(self, outputs: Sequence[Output], beyond: tuple[Relation, ...] = ()) -> None:
        self._outputs = outputs
        self.beyond = beyond
        self._index: dict[str, list[Output]] | None = None

    @property
    def open(self) -> bool:
        return bool(self.beyond)

    def find(self, name: str) -> Origins | None:
        if self._index is None:
            self._index = {}
            for each in self._outputs:
                self._index.setdefault(each.name.casefold(), []).append(each)
        found = self._index.get(name.casefold())
        if not found:
            return None
        exact = [each for each in found if each.name == name] or found
        return exact[0].origins if len(exact) == 1 else gathered(each.origins for each in exact)

    def guess(self, name: str) -> Origins:
        if name == "*":  # all of them, whatever their names are
            return gathered(each.guess(name) for each in self.beyond)
        return self.beyond[0].guess(name) if len(self.beyond) == 1 else {}

    def outputs(self) -> Sequence[Output]:
        return self._outputs

    def renamed(self, names: Sequence[str]) -> Derived:
        """The same with other names for its first columns."""
        named = [Output(name, *each[1:]) for name, each in zip(names, self._outputs, strict=False)]
        return Derived([*named, *self._outputs[len(named) :]], self.beyond)

    def merged(self, others: Sequence[Derived]) -> Derived:
        """Rows of all: columns are the same by their position, and by their name where positions are not known."""
        if self.beyond or any(each.beyond for each in others):
            found = self
            for each in others:
                found = found.merged_by_name(each)
            return found
        outputs = list(self._outputs)
        copied: set[int] = set()
        for each in others:
            theirs = each.outputs()
            for at, more in enumerate(theirs[: len(outputs)]):
                if at not in copied:
                    copied.add(at)
                    outputs[at] = outputs[at]._replace(origins=dict(outputs[at].origins))
                merge(outputs[at].origins, more.origins)
                if outputs[at].made is None and more.made is not None:
                    outputs[at] = outputs[at]._replace(made=more.made)
            outputs += theirs[len(outputs) :]
        return Derived(outputs)

    def merged_by_name(self, other: Derived) -> Derived:
        """Rows of both: columns are the same by their name."""
        mine = {each.name.casefold(): each for each in self._outputs}
        for each in other.outputs():
            key = each.name.casefold()
            mine[key] = _together(mine[key], each) if key in mine else each
        if other.beyond:
            for key, each in mine.items():
                if other.find(each.name) is None:
                    mine[key] = each._replace(origins=gathered((each.origins, other.guess(each.name))))
        return Derived(list(mine.values()), (Rows((self, other)),) if self.beyond or other.beyond else ())


def _together(one: Output, more: Output) -> Output:
    return Output(one.name, gathered((one.origins, more.origins)), one.made or more.made)


class Rows(Relation):
    """The rows of several relations, some of which are open."""

    __slots__ = ("_parts",)

    def __init__(self, parts: tuple[Relation, ...]) -> None:
        self._parts = parts

    @property
    def open(self) -> bool:
        return True

    def find(self, name: str) -> Origins | None:
        return None

    def guess(self, name: str) -> Origins:
        return gathered(each.find(name) or each.guess(name) for each in self._parts)

    def outputs(self) -> Sequence[Output]:
        return ()


class Computed(Relation):
    """What a function in FROM yields: whatever its columns are called, they are made of its arguments.

    ``also_others``: columns of other names are possible beside those that are known.
    """

    __slots__ = ("_also_others", "_names", "_origins")

    def __init__(self, origins: Origins, names: Sequence[str], *, also_others: bool = False) -> None:
        self._origins, self._names = origins, NameIndex(names)
        self._also_others = also_others or not names

    @property
    def open(self) -> bool:
        return self._also_others

    def find(self, name: str) -> Origins | None:
        return self._origins if self._names.find(name) else None

    def guess(self, name: str) -> Origins:
        return self._origins

    def outputs(self) -> Sequence[Output]:
        return [Output(name, self._origins) for name in self._names]


def gathered(found: Iterable[Origins]) -> Origins:
    """All origins together."""
    into: Origins = {}
    for each in found:
        merge(into, each)
    return into
