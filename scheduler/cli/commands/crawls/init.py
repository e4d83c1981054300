"""``headrace init TYPE``."""

from __future__ import annotations

import click

from scheduler.cli.options import as_json, connectors_begun, emit


@click.command()
@click.argument("source", metavar="TYPE|URL", shell_complete=connectors_begun)
@click.argument("file", required=False, type=click.Path(dir_okay=False))
@click.option("--name", default="", help="The service's name in the catalog. [default: my_TYPE]")
@click.option("--force", is_flag=True, help="Overwrite an existing file.")
@as_json
def command(source: str, file: str | None, name: str, force: bool, as_json: bool) -> None:
    """Write a commented recipe into FILE, or print it: for connector TYPE with samples to replace, or for a URL (or a
    database file), ready to check. Every setting is explained. A password is never written down.

    \b
    Examples:
      headrace init postgresql://crawler@db/shop shop.yml
      headrace init postgres shop.yml --name shop_prod
    """
    from scheduler.app.starter_recipe import starter_recipe
    from scheduler.cli.run_commands import notify

    made = starter_recipe(source, name, file=file, force=force)
    if made.asks:
        notify(["connection.password: not written down; it is asked for, or HEADRACE_PASSWORD"])
    if as_json:
        emit(made)
    elif file:
        click.echo(f"wrote {file}; {'' if made.known else 'fill it in, then: '}headrace check {file}")
    else:
        click.echo(made.recipe, nl=False)
