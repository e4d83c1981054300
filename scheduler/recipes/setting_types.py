"""What a setting takes, and what it is without one, in the words of this documentation: from the JSON Schema of its
field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

CHOICE = "`{}`"
"""How Markdown writes one of several values."""
_WORDS = {"string": "text", "boolean": "true or false", "array": "list", "object": "mapping"}
_FORMATS = {"password": "secret", "regex": "regular expression", "duration": "duration"}
_UNITS = ((86400.0, "d"), (3600.0, "h"), (60.0, "m"))


def setting_type(field: Mapping[str, Any], choice: str = "{}") -> str:
    """The type of a field in words; ``choice`` is how one of several values is written: ``CHOICE`` in Markdown.

    >>> setting_type({"anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "null"}]})
    'list of text'
    """
    if "anyOf" in field:
        found = (setting_type(each, choice) for each in field["anyOf"] if each.get("type") != "null")
        return " or ".join(dict.fromkeys(found))
    if "$ref" in field:
        return "filter" if field["$ref"].endswith("/Filter") else "mapping"
    if "const" in field or "enum" in field:
        return ", ".join(map(choice.format, field["enum"] if "enum" in field else [field["const"]]))
    kind = field.get("type", "any")
    word: str = _FORMATS.get(field.get("format", "")) or _WORDS.get(kind, kind)
    inside = field.get({"array": "items", "object": "additionalProperties"}.get(kind, ""))
    if isinstance(inside, Mapping) and inside:
        each = setting_type(inside, choice)
        return f"{word} of {each if each == 'text' else f'{each}s'}"
    return word


def setting_default(field: Mapping[str, Any]) -> str:
    """The default of a field as a recipe would spell it; empty where there is none.

    >>> setting_default({"type": "number", "format": "duration", "default": 604800.0})
    '7d'
    """
    value = field.get("default")
    if value in (None, "", {}, []):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if field.get("format") == "duration":
        size, unit = next((each for each in _UNITS if value % each[0] == 0), (1.0, "s"))
        return f"{value / size:g}{unit}"
    return str(value)
