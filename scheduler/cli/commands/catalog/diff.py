"""``headrace diff [--since RUN]``."""

from __future__ import annotations

import click

from scheduler.cli.options import as_json, catalog, emit, run_named, run_option


@click.command()
@run_option("--since", "What changed after this run. [default: what the latest run changed]")
@catalog
@as_json
def command(since: str | None, catalog: str, as_json: bool) -> None:
    """Show what changed, object by object and field by field.

    \b
    Examples:
      headrace diff
      headrace diff --since 20261122-211530-shop_prod-x7f3
    """
    from scheduler.app.catalog.changes import differences
    from scheduler.cli.display.events import told

    found = differences(catalog, run_named(catalog, since))
    if as_json:
        emit(list(found))
        return
    count = 0
    for each in found:
        count += 1
        click.echo("\n".join(told(each.kind, each.type, each.fqn, each.diff)))
    if not count:
        click.echo("nothing changed")
