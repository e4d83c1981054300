"""The reference pages of ``docs/``: commands, recipes, metrics, settings, generated from what they describe.

``python -m scheduler.cli.pages.reference docs`` writes them; a test compares them with what is checked in.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from string import Template
from typing import Any

import click
from pydantic import BaseModel

from scheduler.cli.cli import SECTIONS, cli
from scheduler.cli.pages.sink_page import sinks_page
from scheduler.recipes.setting_types import CHOICE, setting_default, setting_type
from specs.config import Filter, Limits, MetadataExtract
from specs.recipe.extract import Extract
from specs.recipe.recipe import Deletion, ServiceRef
from specs.sources.database.extracts import LineageExtract, QueryLogFiles, UsageExtract
from workers.cluster.settings import Settings, variable, variables
from workers.metrics.families import GROUPS

INTROS = Path(__file__).parent / "intros"
_MODELS: tuple[tuple[str, type[BaseModel]], ...] = (
    ("service", ServiceRef),
    ("extract", Extract),
    ("extract.metadata", MetadataExtract),
    ("extract.lineage", LineageExtract),
    ("extract.usage", UsageExtract),
    ("query_log", QueryLogFiles),
    ("A filter", Filter),
    ("limits", Limits),
    ("deletion", Deletion),
)


def command_page() -> str:
    """``docs/cli.md``."""
    return Template((INTROS / "cli.md").read_text()).substitute(
        overview="\n".join(_overview()), commands="\n".join(_commands())
    )


def recipe_page() -> str:
    """``docs/recipe.md``."""
    return Template((INTROS / "recipe.md").read_text()).safe_substitute(settings="\n".join(_settings()))


def metrics_page() -> str:
    """``docs/metrics.md``."""
    return Template((INTROS / "metrics.md").read_text()).safe_substitute(metrics="\n".join(_metrics()))


def settings_page() -> str:
    """``docs/settings.md``."""
    return Template((INTROS / "settings.md").read_text()).substitute(settings="\n".join(_variables()))


def write(folder: Path) -> None:
    """Write the pages into ``folder``."""
    (folder / "cli.md").write_text(command_page())
    (folder / "recipe.md").write_text(recipe_page())
    (folder / "metrics.md").write_text(metrics_page())
    (folder / "settings.md").write_text(settings_page())
    (folder / "sinks.md").write_text(sinks_page())


def _overview() -> Iterator[str]:
    for title, commands in SECTIONS.items():
        yield f"**{title}**\n"
        yield "| command | |\n| --- | --- |"
        yield from (f"| [`{name}`](#headrace-{name}) | {text} |" for name, text in commands.items())
        yield ""


def _commands() -> Iterator[str]:
    shared: dict[str, Any] = {"max_content_width": 100, "terminal_width": 100, "help_option_names": ["-h", "--help"]}
    context = click.Context(cli, info_name="headrace", **shared)
    for commands in SECTIONS.values():
        for name in commands:
            command = cli.get_command(context, name)
            assert command is not None
            yield from _explained(command, name, context, shared)


def _explained(command: click.Command, name: str, parent: click.Context, shared: dict[str, Any]) -> Iterator[str]:
    """What ``--help`` prints; for a group, of each of its commands too."""
    context = click.Context(command, info_name=name, parent=parent, **shared)
    title = "##" if parent.parent is None else "###"
    yield f"{title} {context.command_path}\n\n```text\n{command.get_help(context).rstrip()}\n```\n"
    if isinstance(command, click.Group):
        for below in command.commands.values():
            yield from _explained(below, str(below.name), context, shared)


def _settings() -> Iterator[str]:
    for title, model in _MODELS:
        yield f"### {title}\n" if title == "A filter" else f"### `{title}`\n"
        yield "| key | type | default | meaning |\n| --- | --- | --- | --- |"
        schema = model.model_json_schema()
        for name, field in schema["properties"].items():
            default = "required" if name in schema.get("required", []) else _default(field)
            yield f"| `{name}` | {setting_type(field, CHOICE)} | {default} | {field.get('description', '')} |"
        yield ""


def _variables() -> Iterator[str]:
    fields = {variable(name): field for name, field in Settings.model_fields.items()}
    for name, text in variables().items():
        field = fields.get(name)
        default = "" if field is None or field.default is None else f"`{field.default}`"
        if field is not None and field.is_required():
            default = "required"
        yield f"| `{name}` | {default} | {text} |"


def _metrics() -> Iterator[str]:
    for title, families in GROUPS.items():
        yield f"## {title}\n\n| metric | type | labels | meaning |\n| --- | --- | --- | --- |"
        for family in families:
            labels = ", ".join(f"`{label}`" for label in family.labels)
            yield f"| `{family.name}` | {family.type} | {labels} | {family.what} |"
        yield ""


def _default(field: dict[str, Any]) -> str:
    value = field.get("default")
    if isinstance(value, dict):
        return "everything" if set(value) == {"include", "exclude"} else "see below"
    default = setting_default(field)
    return f"`{default}`" if default else "none"


if __name__ == "__main__":
    write(Path(sys.argv[1]))
