"""``headrace connectors [NAME]``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from scheduler.cli.options import as_json, connector_argument, emit

if TYPE_CHECKING:
    from scheduler.app.connectors import ConnectorDetails, ConnectorLine


@click.command()
@connector_argument("name", required=False)
@as_json
def command(name: str | None, as_json: bool) -> None:
    """List the connectors, or explain one: what it can do, its settings, an example recipe.

    \b
    Examples:
      headrace connectors
      headrace connectors postgres
    """
    from scheduler.app.connectors import connector, connectors
    from scheduler.cli.display.tables import table

    if name:
        explained = connector(name)
        if as_json:
            emit(explained)
        else:
            _print(explained)
        return
    found = connectors()
    if as_json:
        emit(found)
    else:
        click.echo(table(("name", "urls", "driver", "ready", "capabilities"), [_row(each) for each in found]))


def _row(line: ConnectorLine) -> tuple[Any, ...]:
    schemes = ", ".join(f"{each}://" for each in line.schemes)
    return line.name, schemes, line.driver, line.ready, ", ".join(line.capabilities)


def _print(explained: ConnectorDetails) -> None:
    from scheduler.cli.display.tables import table
    from scheduler.recipes.setting_types import setting_default, setting_type

    click.echo(f"{explained.name}: {', '.join(explained.capabilities) or 'no capabilities declared'}")
    if explained.schemes:
        click.echo(f"URLs: {', '.join(each + '://' for each in explained.schemes)}")
    if explained.driver:
        state = "installed" if explained.ready else f"missing: pip install 'headrace[{explained.extra}]'"
        click.echo(f"driver: {explained.driver} ({state})")
    schema = explained.config
    required = set(schema.get("required", []))
    rows = [
        (
            name,
            setting_type(field),
            "required" if name in required else setting_default(field),
            field.get("description", ""),
        )
        for name, field in schema.get("properties", {}).items()
    ]
    click.echo("\nSettings below `connection`:\n")
    click.echo(table(("setting", "type", "default", "meaning"), rows, indent="  "))
    click.echo("\nExample recipe:\n")
    click.echo("\n".join(f"  {line}".rstrip() for line in explained.example.splitlines()))
