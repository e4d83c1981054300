"""``docs/sinks.md``: what sinks do, and the settings of each, generated from their models."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from string import Template

from scheduler.recipes.setting_types import CHOICE, setting_default, setting_type
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
            default = setting_default(field)
            shown = "required" if key in required else default and f"`{default}`"
            yield f"| `{key}` | {setting_type(field, CHOICE)} | {shown} | {field.get('description', '')} |"
        yield ""
