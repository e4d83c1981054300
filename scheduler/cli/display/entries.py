"""One catalog object as text: its facts, then a table for each list of parts it has."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from scheduler.cli.display import terminal
from scheduler.cli.display.lineage.entity import flows
from scheduler.cli.display.render import cell, clean, moment
from scheduler.cli.display.tables import table

if TYPE_CHECKING:
    from workers.catalog import Entry

_HIDDEN = ("fqn", "name", "parent")
ROOMY = 140
"""Columns of a terminal from which on fields are shown that the native type already contains."""
_IMPLIED = ("length", "precision", "scale")
"""Fields that a native type contains: ``numeric(14,2)``."""
_DEFAULTS = {"nullable": True}
"""Defaults worth showing; contents leave them out."""
_TEXTS = ("view_definition", "ddl", "code", "definition")


def describe(entry: Entry, *, usage: str = "", lineage: str = "") -> str:
    """All fields of an object, the most important ones first, how it was used, and how much lineage there is of it."""
    return "\n".join(_lines(entry, {"usage": usage, "lineage": lineage}))


def _lines(entry: Entry, told: Mapping[str, str]) -> Iterator[str]:
    missing = "  (missing: the source no longer has it)" if entry.state == "missing" else ""
    yield f"{entry.type} {clean(entry.fqn)}{missing}"
    hidden = (*_HIDDEN, "flows") if entry.type == "Lineage" else _HIDDEN
    content = {key: value for key, value in entry.content.items() if key not in hidden}
    plain = {key: value for key, value in content.items() if key not in _TEXTS and not _parts(value)}
    facts = [*plain.items(), *entry.stats.items(), *((key, value) for key, value in told.items() if value)]
    facts += [
        ("first seen", moment(entry.first_seen)),
        ("changed", f"{moment(entry.changed_at)} by {entry.changed_run}"),
    ]
    width = max(len(key) for key, _ in facts)
    for key, value in facts:
        yield f"  {key.replace('_', ' '):<{width}}  {_value(value)}"
    for key, value in sorted(content.items(), key=lambda pair: pair[0] != "columns"):
        if _parts(value):
            yield f"\n  {key.replace('_', ' ')} ({len(value)}):"
            yield _part_table(value)
    yield from flows(entry.content) if entry.type == "Lineage" else ()
    for key in _TEXTS:
        if content.get(key):
            yield f"\n  {key.replace('_', ' ')}:"
            yield from (f"    {clean(line)}" for line in str(content[key]).splitlines())


def _parts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)


def _part_table(parts: list[dict[str, Any]]) -> str:
    flat = [row for part in parts for row in _flat(part, "")]
    head = list(dict.fromkeys(key for part in flat for key in part))
    if "ordinal" in head:
        head.remove("ordinal")
    if "native_type" in head and (terminal.width() or ROOMY) < ROOMY:
        head = [key for key in head if key not in _IMPLIED]
    if "native_type" in head and "nullable" not in head:
        head.append("nullable")
    rows = [[_value(part.get(key, _DEFAULTS.get(key))) for key in head] for part in flat]
    return table([key.replace("_", " ") for key in head], rows, indent="    ")


def _flat(part: dict[str, Any], prefix: str) -> Iterator[dict[str, Any]]:
    """A part, and the parts nested in it (fields of a STRUCT) with dotted names."""
    name = f"{prefix}{part.get('name', '')}"
    yield {key: (name if key == "name" else value) for key, value in part.items() if key != "children"}
    for child in part.get("children") or []:
        yield from _flat(child, f"{name}.")


def _value(value: Any) -> str:
    if isinstance(value, list) and not any(isinstance(each, dict | list) for each in value):
        return ", ".join(cell(each) for each in value)
    if isinstance(value, dict | list):
        return clean(json.dumps(value, ensure_ascii=False))
    return cell(value)
