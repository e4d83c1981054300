"""What a setting takes, in the words of this documentation: from the JSON Schema of its field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

CHOICE = "`{}`"
"""How Markdown writes one of several values."""
_WORDS = {"string": "text", "boolean": "true or false", "array": "list", "object": "mapping"}
_FORMATS = {"password": "secret", "regex": "regular expression"}


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
