"""A change as text: one line for the object, and one for each of its changed fields."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from scheduler.cli.display import terminal
from scheduler.cli.display.lineage import changes
from scheduler.cli.display.render import clean
from specs import names

_SIGNS = {"created": "+", "updated": "~", "deleted": "-", "restored": "^"}
_PARTS = {
    "columns": "column", "constraints": "constraint", "indexes": "index", "parameters": "parameter",
    "children": "field", "partitions": "partition", "attributes": "attribute", "fields": "field",
    "arguments": "argument", "features": "feature", "tasks": "task",
}  # fmt: skip
"""Lists whose items are shown by name."""
_TOLD = frozenset({"name", "native_type", "ordinal", "type", "length", "precision", "scale", "children"})
"""Fields of a column that its native type already shows."""
VALUE_CHARACTERS = 100
"""Characters shown of one value."""


def told(kind: str, type_: str, fqn: str, diff: dict[str, Any] | None) -> Iterator[str]:
    """``~ Table shop.sales.orders``, then lines such as ``    column id: native type int -> bigint``."""
    sign = terminal.state(_SIGNS.get(kind, "?"))
    yield f"{sign} {type_} {clean(fqn)}" + ("" if kind in _SIGNS else f" ({kind})")
    for path, change in (diff or {}).items():
        old, new = change if isinstance(change, list) and len(change) == 2 else (None, change)
        lines = changes.told(fqn, path, old, new) if type_ == "Lineage" else []
        yield from (f"    {_cut(line)}" for line in lines or [_changed(path, old, new)])


def _changed(path: str, old: Any, new: Any) -> str:
    what, field = _place(path)
    if what and not field:
        if old is None:
            return f"{what} added: {_part(new)}"
        if new is None:
            return f"{what} dropped: {_part(old)}"
    if not what and path in _PARTS and _all_text(old) and _all_text(new):
        return f"order of {path}: {', '.join(map(clean, old))} -> {', '.join(map(clean, new))}"
    about = ": ".join(each for each in (what, field) if each) or clean(path)
    if old is None:
        return f"{about}: + {_short(new)}"
    if new is None:
        return f"{about}: - {_short(old)}"
    return f"{about}: {_short(old)} -> {_short(new)}"


def _place(path: str) -> tuple[str, str]:
    """``columns.id.native_type`` as ``("column id", "native type")``, fields of nested types with dots."""
    try:
        steps = list(names.split(path))
    except ValueError:
        return "", clean(path)
    if steps[0] not in _PARTS:
        return "", ".".join(_words(each) for each in steps)
    if len(steps) == 1:
        return "", steps[0]
    kind, named = _PARTS[steps[0]], [steps[1]]
    rest = steps[2:]
    while len(rest) > 1 and rest[0] == "children":
        kind, named, rest = _PARTS["children"], [*named, rest[1]], rest[2:]
    return f"{kind} {clean('.'.join(named))}", ".".join(_words(each) for each in rest)


def _words(name: str) -> str:
    return clean(name.replace("_", " "))


def _part(value: Any) -> str:
    """``numeric(3,2), not null, default 0``."""
    if not isinstance(value, dict):
        return _short(value)
    native = value.get("native_type")
    facts = [clean(str(native))] if native else []
    for key, each in value.items():
        if key not in (_TOLD if native else {"name", "ordinal"}):
            facts.append(_fact(key, each))
    return _cut(", ".join(facts)) or "-"


def _fact(key: str, value: Any) -> str:
    if key == "nullable":
        return "null" if value else "not null"
    if isinstance(value, bool):
        return _words(key) if value else f"not {_words(key)}"
    if _all_text(value):
        return f"{_words(key)} ({', '.join(map(clean, value))})"
    if key in ("kind", "table_type"):
        return _words(str(value))
    text = clean(value) if isinstance(value, str) and key != "comment" else _short(value)
    return f"{_words(key)} {text}"


def _all_text(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _short(value: Any) -> str:
    return _cut(clean(json.dumps(value, ensure_ascii=False)))


def _cut(text: str) -> str:
    return text if len(text) <= VALUE_CHARACTERS else f"{text[:VALUE_CHARACTERS]}…"
