"""From the name that a person types to the objects, or the column, at which a walk begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scheduler.app.catalog.objects import no_such_name
from specs.entities import describes
from specs.errors import UsageError, known_values
from specs.names import build, canonical, clean, split
from workers.catalog import Catalog, Entry
from workers.lineage.hops import Edges, FlowPlace

CONTAINERS = frozenset({"Service", "Database", "Schema"})


@dataclass(frozen=True, slots=True)
class Beginning:
    """Where walks begin: the objects of one name, or its column. ``state`` is that of the object in the catalog,
    ``external`` where it has none. ``contains``: it is a service, database or schema."""

    fqn: str
    column: str | None
    places: tuple[FlowPlace, ...]
    state: str
    contains: bool = False


def begin(catalog: Catalog, edges: Edges, fqn: str, column: str | None = None) -> Beginning:
    """The objects of this name, or its column. Raises ``UsageError`` with near names when neither the catalog nor an
    edge knows it, and when the object has no such column."""
    fqn = canonical(fqn)
    found = _find(catalog, edges, fqn)
    if found is None:
        raise no_such_name(catalog, fqn)
    places, entries = found
    if column is None:
        return Beginning(fqn, None, tuple(places), _state(places, entries), contains(entries))
    if contains(entries):
        raise UsageError(
            f"{entries[0].type} {fqn} has no columns", remedy=f"headrace lineage '{fqn}' tells of all in it"
        )
    known = [name for each in entries for name in _columns(each)]
    column = _meant(column, known)
    if known and column not in known:
        raise known_values(f"{fqn} has no column", column, known)
    return Beginning(fqn, column, tuple(each._replace(column=column) for each in places), _state(places, entries))


def begin_anywhere(catalog: Catalog, edges: Edges, name: str) -> Beginning:
    """The objects of this name, else the column that it names: ``FQN.column``. Raises ``UsageError`` as ``begin``
    does."""
    if _find(catalog, edges, canonical(name)) is not None:
        return begin(catalog, edges, name)
    try:
        parts = split(clean(name))
    except ValueError as error:
        raise UsageError(str(error), remedy="find it with: headrace search WORDS") from None
    for at in range(len(parts) - 1, 0, -1):
        parent = build(*parts[:at])
        found = _find(catalog, edges, parent)
        if found is not None and not contains(found[1]):
            return begin(catalog, edges, parent, build(*parts[at:]))
    raise no_such_name(catalog, name)


def contains(entries: Sequence[Entry]) -> bool:
    """Whether the entities of one name are a service, database or schema, which data does not flow to."""
    return any(each.type in CONTAINERS for each in entries)


def _find(catalog: Catalog, edges: Edges, fqn: str) -> tuple[list[FlowPlace], Sequence[Entry]] | None:
    entries = catalog.find(fqn)
    types = [each.type for each in entries if not describes(each.type)]
    linked = edges.types(fqn)
    tells = [str(each.content.get("target_type", "Table")) for each in entries if each.type == "Lineage"]
    chosen = linked if linked and not tells else [*linked, *types] or tells
    if not chosen:
        return None
    return [FlowPlace(each, fqn) for each in dict.fromkeys(chosen)], entries


def _meant(typed: str, known: Sequence[str]) -> str:
    """The column that a person means, who may put it in quotes, or name a field within one."""
    try:
        parts = split(typed)
    except ValueError:
        return clean(typed)
    ends = [clean(".".join(parts[:at])) for at in range(len(parts), 0, -1)]
    return next((each for each in (clean(typed), *ends) if each in known), ends[0])


def _columns(entry: Entry) -> list[str]:
    return [str(each["name"]) for each in entry.content.get("columns", ()) if "name" in each]


def _state(places: Sequence[FlowPlace], entries: Sequence[Entry]) -> str:
    if all(not each.type for each in places):
        return "unresolved"
    return next((each.state for each in entries if not describes(each.type)), "external")
