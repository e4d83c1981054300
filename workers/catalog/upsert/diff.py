"""The difference between two contents of one entity: JSON paths with pairs of old and new values.

>>> diff({"columns": [{"name": "id", "native_type": "int"}]}, {"columns": [{"name": "id", "native_type": "bigint"}]})
{'columns.id.native_type': ['int', 'bigint']}
"""

from __future__ import annotations

import json
from typing import Any

from specs.names import quote

PATHS = 200
"""Most paths of one difference; the number of further ones is given under the path ``…``."""
LEAF = 2000
"""Most characters of JSON of one old or new value."""
KEYS = ("name", "target", "source", "column")
"""What items of lists are called by: the last three are those of flows, edges and columns of lineage."""

Changes = dict[str, list[Any]]


def diff(old: dict[str, Any], new: dict[str, Any]) -> Changes:
    """The changed paths with ``[old, new]``; ``null`` means absent.

    Lists whose items all have a ``name`` (or another of ``KEYS``), each another one, are compared by name, other lists
    as a whole; when only the order of names changed, the values are the two lists of names. A dot inside a name is
    quoted as in FQNs. The size is bounded.
    """
    pairs: list[tuple[str, Any, Any]] = []
    _mappings("", old, new, pairs)
    found = {path: [_short(before), _short(after)] for path, before, after in pairs[:PATHS]}
    if len(pairs) > PATHS:
        found["…"] = [None, f"and {len(pairs) - PATHS} more"]
    return found


def _walk(path: str, old: Any, new: Any, pairs: list[tuple[str, Any, Any]]) -> None:
    if isinstance(old, dict) and isinstance(new, dict):
        _mappings(path, old, new, pairs)
        return
    if isinstance(old, list) and isinstance(new, list):
        for key in KEYS:
            before, after = _named(old, key), _named(new, key)
            if before is not None and after is not None:
                _mappings(path, before, after, pairs)
                if before.keys() == after.keys() and list(before) != list(after):
                    pairs.append((path, list(before), list(after)))
                return
    pairs.append((path, old, new))


def _mappings(path: str, old: dict[str, Any], new: dict[str, Any], pairs: list[tuple[str, Any, Any]]) -> None:
    for key in old if old.keys() == new.keys() else [*old, *(key for key in new if key not in old)]:
        before, after = old.get(key), new.get(key)
        if before != after or not _same_types(before, after):
            _walk(f"{path}.{quote(key)}" if path else quote(key), before, after, pairs)


def _same_types(old: Any, new: Any) -> bool:
    """Whether two equal values are equal as JSON, too: Python takes 0 for ``False`` and 1 for 1.0, also far inside."""
    if type(old) is not type(new):
        return False
    if isinstance(old, dict):
        return all(_same_types(value, new[key]) for key, value in old.items())
    if isinstance(old, list):
        return all(map(_same_types, old, new))
    return True


def _named(items: list[Any], key: str) -> dict[str, Any] | None:
    """The items by the text that they have under ``key``, or ``None`` when one has none, or two the same one."""
    found: dict[str, Any] = {}
    for item in items:
        name = item.get(key) if isinstance(item, dict) else None
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
