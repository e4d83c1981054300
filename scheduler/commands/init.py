"""``headrace init TYPE``."""

from __future__ import annotations

import click

from scheduler.options import as_json, connector_argument, emit


@click.command(short_help="Write a commented recipe for a connector.")
@connector_argument("type_", required=True)
@click.argument("file", required=False, type=click.Path(dir_okay=False))
@click.option("--name", default="", help="The service's name in the catalog. [default: my_TYPE]")
@click.option("--force", is_flag=True, help="Overwrite an existing file.")
@as_json
def command(type_: str, file: str | None, name: str, force: bool, as_json: bool) -> None:
    """Write a commented recipe for connector TYPE into FILE, or print it. Every setting is explained.

    \b
    Examples:
      headrace init postgres shop.yml --name shop_prod
      headrace init sqlite
    """
    from scheduler.recipes.starter import starter
    from specs import registry

    text = starter(type_, registry.load(type_), name)
    if file:
        _write(file, text, force)
    if as_json:
        emit({"type": type_, "file": file, "recipe": text})
    elif file:
        click.echo(f"wrote {file}; fill it in, then: headrace check {file}")
    else:
        click.echo(text, nl=False)


def _write(file: str, text: str, force: bool) -> None:
    from specs.errors import Usage

    try:
        with open(file, "w" if force else "x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        raise Usage("the file exists already", file, "choose another name, or say --force") from None
    except OSError as error:
        raise Usage(f"cannot write the recipe: {error.strerror}", file) from None
