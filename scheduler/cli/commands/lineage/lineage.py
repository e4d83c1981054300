"""``headrace lineage parse``."""

from __future__ import annotations

from importlib import import_module

import click

COMMANDS = {
    "parse": "Tell the lineage of SQL, line by line.",
}


class LineageGroup(click.Group):
    """Knows its commands by name; a command's module is imported when it is run or explained."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        found: click.Command = import_module(f"scheduler.cli.commands.lineage.{cmd_name}").command
        found.short_help = COMMANDS[cmd_name]
        return found


@click.group(cls=LineageGroup)
def command() -> None:
    """Show what SQL says of lineage. What is printed is JSON, without --json.

    \b
    Example:
      headrace lineage parse < statements.jsonl
    """
