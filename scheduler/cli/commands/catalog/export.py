"""``headrace export``."""

from __future__ import annotations

import click

from scheduler.cli.options import as_json, catalog, service_option


@click.command()
@click.option("--format", "format_", default="jsonl", show_default=True, type=click.Choice(["jsonl", "json-schema"]))
@service_option("Only this service.")
@click.option("--stats", is_flag=True, help="With row estimates and sizes, which differ from crawl to crawl.")
@click.option("--output", "-o", help="Write into a file, renamed into place when complete. [default: stdout]")
@catalog
@as_json
def command(format_: str, service: str | None, stats: bool, output: str | None, catalog: str, as_json: bool) -> None:
    """Write one entity a line, sorted by name: equal catalogs give equal bytes. Or the JSON Schema of all entities.

    With --json the lines come as one JSON array.

    \b
    Examples:
      headrace export > catalog.jsonl
      headrace export --format json-schema
    """
    from scheduler.app.catalog.export import array, lines, schemas
    from scheduler.cli.export_file import write

    if format_ == "json-schema":
        write(output, [schemas()])
        return
    found = lines(catalog, service, stats=stats)
    write(output, array(found) if as_json else found)
