"""``docs/sinks.md``: what sinks do, and the settings of each, generated from their models."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from string import Template
from typing import Any

from workers.sinks import registry

INTRO = Path(__file__).parent / "intros" / "sinks.md"


def sinks_page() -> str:
    """``docs/sinks.md``."""
    return Template(INTRO.read_text()).substitute(sinks="\n".join(_sinks()))


def _sinks() -> Iterator[str]:
    for name in registry.known():
        yield f"## Settings of `type: {name}`\n"
        yield "| key | type | default | meaning |\n| --- | --- | --- | --- |"
        schema = registry.load(name).config_class().model_json_schema()
        required = schema.get("required", [])
        fields = schema["properties"]
        for key in sorted(fields, key=lambda key: (key != "type", key not in required, list(fields).index(key))):
            field = fields[key]
            default = "required" if key in required else _default(field.get("default"))
            yield f"| `{key}` | {_type(field)} | {default} | {field.get('description', '')} |"
        yield ""


def _type(field: dict[str, Any]) -> str:
    if "anyOf" in field:
        return _type(next(each for each in field["anyOf"] if each.get("type") != "null"))
    if "const" in field:
        return f"`{field['const']}`"
    if "enum" in field:
        return ", ".join(f"`{each}`" for each in field["enum"])
    if field.get("format") == "password":
        return "secret"
    if field.get("type") == "object":
        return f"mapping of {_type(field['additionalProperties'])}s"
    return {"string": "text"}.get(str(field.get("type")), str(field.get("type")))


def _default(value: object) -> str:
    return "" if value in (None, {}) else f"`{value}`"
