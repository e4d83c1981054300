"""``headrace lineage FQN``, and the other commands about lineage."""

from __future__ import annotations

from importlib import import_module

import click
from click.shell_completion import CompletionItem

from scheduler.cli.options import names_begun

COMMANDS = {
    "show": "Show what feeds an object, and what it feeds.",
    "parse": "Tell the lineage of SQL, line by line.",
    "score": "Measure how well SQL is understood.",
}

_DEFAULT = "show"
_NAME = click.Argument(["fqn"])


class LineageGroup(click.Group):
    """Knows its commands by name; a command's module is imported when it is run or explained. What is no command is the
    name of an object, or an option of ``show``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in (*COMMANDS, *self.get_help_option_names(ctx)):
            args = [_DEFAULT, *args]
        return super().parse_args(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """The commands, and the names of objects; none of these where an option begins."""
        found = super().shell_complete(ctx, incomplete)
        if incomplete.startswith("-"):
            return found
        return found + [CompletionItem(each) for each in names_begun(ctx, _NAME, incomplete)]

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
    """Show what feeds an object, and what it feeds: headrace lineage FQN is short for headrace lineage show FQN.

    \b
    Examples:
      headrace lineage shop_prod.shop.sales.orders --columns
      headrace lineage shop_prod.shop.sales.orders --json
      headrace lineage parse < statements.jsonl
    """
