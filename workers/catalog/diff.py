"""What changed between two contents of one entity: JSON paths to pairs of old and new.

>>> diff({"columns": [{"name": "id", "native_type": "int"}]}, {"columns": [{"name": "id", "native_type": "bigint"}]})
{'columns.id.native_type': ['int', 'bigint']}
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from specs.names import quote

PATHS = 200
"""Paths told of one change, at most; how many more there are is told under the path ``…``."""
LEAF = 2000
"""Characters of JSON told of one old or new value, at most."""

Changes = dict[str, list[Any]]


def diff(old: dict[str, Any], new: dict[str, Any]) -> Changes:
    """The changed paths, each with ``[old, new]``; ``null`` stands for absent.

    Lists whose items all have a ``name`` of their own are compared by name, other lists as a whole; a changed order of
    the same names is told as the two lists of names. A dot inside a name is quoted as in FQNs. Bounded in size.
    """
    found: Changes = {}
    more = 0
    for path, before, after in _walk("", old, new):
        if len(found) < PATHS:
            found[path] = [_short(before), _short(after)]
        else:
            more += 1
    if more:
        found["…"] = [None, f"and {more} more"]
    return found


def _walk(path: str, old: Any, new: Any) -> Iterator[tuple[str, Any, Any]]:
    if old == new and type(old) is type(new):
        return
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _mappings(path, old, new)
        return
    if isinstance(old, list) and isinstance(new, list):
        before, after = _named(old), _named(new)
        if before is not None and after is not None:
            yield from _mappings(path, before, after)
            if list(before) != list(after) and before.keys() == after.keys():
                yield path, list(before), list(after)
            return
    yield path, old, new


def _mappings(path: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    for key in [*old, *(key for key in new if key not in old)]:
        below = f"{path}.{quote(key)}" if path else quote(key)
        yield from _walk(below, old.get(key), new.get(key))


def _named(items: list[Any]) -> dict[str, Any] | None:
    """The items by name, or ``None`` when they have none, or the same one twice."""
    found: dict[str, Any] = {}
    for item in items:
        name = item.get("name") if isinstance(item, dict) else None
        if not isinstance(name, str) or name in found:
            return None
        found[name] = item
    return found


def _short(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return value if len(value) <= LEAF else f"{value[:LEAF]}… ({len(value)} characters)"
    text = json.dumps(value, ensure_ascii=False)
    return value if len(text) <= LEAF else f"{text[:LEAF]}… ({len(text)} characters)"
