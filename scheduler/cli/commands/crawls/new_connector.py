"""``headrace new-connector NAME``."""

from __future__ import annotations

import click

from scheduler.cli.options import as_json, emit


@click.command("new-connector")
@click.argument("name")
@click.option("--into", default=".", show_default=True, type=click.Path(file_okay=False), help="Folder to write into.")
@as_json
def command(name: str, into: str, as_json: bool) -> None:
    """Write a connector that crawls at once (a made-up estate of two tables), its test, and a recipe.

    \b
    Example:
      headrace new-connector warehouse
      headrace crawl warehouse.yml
    """
    from pathlib import Path

    from scheduler.app.scaffold import scaffold

    made = scaffold(name, Path(into))
    if as_json:
        emit(made)
        return
    for path in made.files:
        click.echo(f"wrote {path}")
    where = "" if into == "." else f"cd {into}; "
    click.echo(f"\ncrawl it:  {where}headrace crawl {name}.yml")
    click.echo(f"test it:   {where}python -m pytest test_{name}_connector.py")
