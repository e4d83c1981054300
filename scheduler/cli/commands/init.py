"""``headrace init TYPE``."""

from __future__ import annotations

from typing import Any

import click

from scheduler.cli.options import as_json, connectors_begun, emit


@click.command(short_help="Write a commented recipe for a connector.")
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
    from scheduler.cli.run_commands import notify
    from scheduler.recipes.starter import starter
    from specs import registry

    type_, called, given = _known(source, name)
    text = starter(type_, registry.load(type_), called, given=given)
    if file:
        _write(file, text, force)
    if given and "${prompt:" in str(given.get("password")):
        notify(["connection.password: not written down; it is asked for, or HEADRACE_PASSWORD"])
    if as_json:
        emit({"type": type_, "file": file, "recipe": text})
    elif file:
        click.echo(f"wrote {file}; {'' if given else 'fill it in, then: '}headrace check {file}")
    else:
        click.echo(text, nl=False)


def _known(source: str, name: str) -> tuple[str, str, dict[str, Any] | None]:
    """The connector, the service's name, and the settings that a URL or a file gives."""
    from pathlib import Path

    from scheduler.recipes import database_files
    from scheduler.recipes.urls import shorthand

    if "://" in source:
        data = shorthand.translate(source, name or None).data
    elif database := database_files.recognised(Path(source)):
        data = database_files.recipe(Path(source), database, name or None)
    else:
        return source, name, None
    return data["service"]["type"], data["service"]["name"], data["connection"]


def _write(file: str, text: str, force: bool) -> None:
    from specs.errors import UsageError

    try:
        with open(file, "w" if force else "x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        raise UsageError("the file exists already", file, "choose another name, or say --force") from None
    except OSError as error:
        raise UsageError(f"cannot write the recipe: {error.strerror}", file) from None
