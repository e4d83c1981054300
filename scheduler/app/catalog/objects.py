"""Objects of the catalog by name: looked up, listed level by level, brought back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from specs.entities import describes
from specs.errors import UsageError, known_values
from specs.names import canonical, child
from workers.catalog import Brief, Catalog, Entry
from workers.store.database import open_database

_HIDDEN = frozenset({"LineageLog", "LogWatermark", "UsageDay", "UsageCounters"})
"""What lies below a service and is no object of the source."""


@dataclass(frozen=True, slots=True)
class TreeNode:
    """An object with the objects below it, down to the requested depth. ``below`` reads them when it is called."""

    object: Brief
    depth: int
    catalog: Catalog

    def below(self) -> Iterator[TreeNode]:
        """The objects below; what describes another object leaves them to that one."""
        if describes(self.object.type):
            return iter(())
        return _below(self.catalog, self.object.fqn, self.depth - 1)

    def as_json(self) -> dict[str, Any]:
        found = self.object.as_json()
        return {**found, "children": [each.as_json() for each in self.below()]} if self.depth > 1 else found


@dataclass(frozen=True, slots=True)
class Undeleted:
    """An object that is live again."""

    type: str
    fqn: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def look_up(catalog: str, fqn: str, type_: str | None = None) -> list[Entry]:
    """The entities of this name. Raises ``UsageError`` with near names when there is none."""
    with open_database(catalog, create=False) as db:
        return _found(Catalog(db), canonical(fqn), type_)


@contextmanager
def tree(catalog: str, fqn: str | None, depth: int) -> Iterator[Iterator[TreeNode]]:
    """The objects below an object, or all services; they are read while the caller iterates, so that memory stays flat.

    Raises ``UsageError`` when no object has this name.
    """
    with open_database(catalog, create=False) as db:
        found = Catalog(db)
        if fqn:
            fqn = canonical(fqn)
            _found(found, fqn)
        yield _below(found, fqn, depth)


def undelete(catalog: str, fqn: str, type_: str | None = None) -> list[Undeleted]:
    """Make missing or deleted objects of this name live again, with those that were removed along with them. Raises
    ``UsageError`` when there are none."""
    with open_database(catalog, create=False) as db:
        return [Undeleted(type_, name) for type_, name in Catalog(db).undelete(canonical(fqn), type_)]


def completions(catalog: str, begun: str, *, columns: bool = False) -> list[str]:
    """FQNs that begin so, one level at a time; below a table those of its ``columns``."""
    with open_database(catalog, create=False) as db:
        found = Catalog(db).completions(begun)
        return found or (_columns_of(Catalog(db), begun) if columns else [])


def column_completions(catalog: str, fqn: str) -> list[str]:
    """The names of the columns of an object."""
    with open_database(catalog, create=False) as db:
        return [str(each["name"]) for entry in Catalog(db).find(fqn) for each in entry.content.get("columns", ())]


def service_names(catalog: str) -> list[str]:
    with open_database(catalog, create=False) as db:
        return [each.name for each in Catalog(db).children()]


def search(catalog: str, words: str, limit: int = 20) -> list[Brief]:
    """Objects that have all the words, or words beginning so; the best first."""
    with open_database(catalog, create=False) as db:
        return Catalog(db).search(words, limit)


def no_such_name(catalog: Catalog, fqn: str) -> UsageError:
    """The error to raise for a name that no object has; it names near ones."""
    near = [each.fqn for each in catalog.search(fqn.rpartition(".")[2], 3)]
    remedy = f"did you mean {', '.join(near)}?" if near else "find it with: headrace search WORDS"
    return UsageError("nothing in the catalog has this name", fqn, remedy, reason="unknown")


def _columns_of(catalog: Catalog, begun: str) -> list[str]:
    """The columns of the table whose name and a dot begin the text."""
    at = begun.find(".")
    while at >= 0:
        fqn = begun[:at]
        names = [str(each["name"]) for entry in catalog.find(fqn) for each in entry.content.get("columns", ())]
        if names:
            return [child(fqn, name) for name in names]
        at = begun.find(".", at + 1)
    return []


def _found(catalog: Catalog, fqn: str, type_: str | None = None) -> list[Entry]:
    found = catalog.find(fqn)
    chosen = [each for each in found if type_ is None or each.type == type_]
    if found and not chosen:
        raise known_values(f"{fqn} has no", str(type_), [each.type for each in found])
    if chosen:
        return chosen
    raise no_such_name(catalog, fqn)


def _below(catalog: Catalog, fqn: str | None, depth: int) -> Iterator[TreeNode]:
    return (TreeNode(each, depth, catalog) for each in catalog.children(fqn) if each.type not in _HIDDEN)
