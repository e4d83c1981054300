"""``headrace changes``."""

from __future__ import annotations

import json

import click

from scheduler.cli.options import as_json, catalog, run_named, run_option


@click.command()
@click.option("--since", default=0, metavar="SEQ", type=click.IntRange(0), help="Only events after this number.")
@run_option("--run", "Only events of this run.")
@click.option("--limit", default=1000, show_default=True, type=click.IntRange(1), help="Events to print.")
@catalog
@as_json
def command(since: int, run: str | None, limit: int, catalog: str, as_json: bool) -> None:
    """Print the change feed: numbered in the order of commits.

    \b
    Example:
      headrace changes --since 1200 --json
    """
    from scheduler.app.catalog.changes import changes
    from scheduler.app.catalog.export import array
    from scheduler.cli.display.events import told
    from scheduler.cli.display.render import moment

    found = changes(catalog, since, run=run_named(catalog, run), limit=limit)
    if as_json:
        for line in array(json.dumps(each.as_json(), ensure_ascii=False) for each in found):
            click.echo(line)
        return
    for each in found:
        first, *rest = told(each.kind, each.type, each.fqn, each.diff)
        click.echo("\n".join([f"{each.seq}  {moment(each.at)}  {first}", *rest]))
