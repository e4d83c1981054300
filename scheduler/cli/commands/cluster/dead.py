"""``headrace dead list|replay``."""

from __future__ import annotations

import click

from scheduler.cli.options import as_json, catalog, emit


@click.group()
def command() -> None:
    """Dead letters: changes that an external sink refused for good, one per object.

    A later change of the object is tried like any other, and removes the letter when it is taken.

    \b
    Example:
      headrace dead list --json
      headrace dead replay
    """


@command.command("list")
@click.option("--sink", help="Only those of this sink, as the list names it.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1), help="How many to print.")
@catalog
@as_json
def list_(sink: str | None, limit: int, catalog: str, as_json: bool) -> None:
    """List what sinks refused, and why.

    \b
    Example:
      headrace dead list
    """
    from scheduler.app.dead_letters import dead_letters
    from scheduler.cli.display.render import number
    from scheduler.cli.display.tables import table

    found = dead_letters(catalog, sink, limit)
    if as_json:
        emit(found)
        return
    if not found.letters:
        click.echo("nothing was refused")
        return
    rows = [(each.sink, each.kind, each.type, each.fqn, each.attempts, each.reason) for each in found.letters]
    click.echo(table(("sink", "change", "type", "object", "attempts", "reason"), rows))
    if found.total > len(found.letters):
        click.echo(f"and {number(found.total - len(found.letters))} more; see all with --limit {found.total}")


@command.command()
@click.argument("sink", required=False)
@click.option("--fqn", default="", help="Only this object.")
@catalog
@as_json
def replay(sink: str | None, fqn: str, catalog: str, as_json: bool) -> int:
    """Send what SINK (or every sink) refused again, as the catalog has it now.

    The sink's secrets must resolve here. The exit code is 4 when something was refused again or a sink is out.

    \b
    Example:
      headrace dead replay
    """
    from scheduler.app.dead_letters import send_again
    from scheduler.cli.display.render import clean, number

    done = send_again(catalog, sink, fqn)
    if as_json:
        emit(done)
    elif not done:
        click.echo("nothing to send")
    else:
        for each in done:
            told = f"failed: {clean(each.error)}" if each.error else f"{number(each.refused)} refused again"
            click.echo(f"{each.sink}: {number(each.delivered)} taken, {told}")
    return 4 if any(each.refused or each.error for each in done) else 0
