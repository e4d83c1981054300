"""``headrace crawl URL|FILE``."""

from __future__ import annotations

import click

from scheduler.cli.options import as_json, catalog, only_parts


@click.command()
@click.argument("source", metavar="URL|FILE")
@click.option("--name", help="The service's name in the catalog; overrides the recipe.")
@only_parts
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Processes that crawl.")
@click.option("--accept-identity", is_flag=True, help="The service moved to another server: go on, and remember it.")
@click.option("--quiet", "-q", is_flag=True, help="No progress.")
@catalog
@as_json
def command(
    source: str, name: str | None, only: tuple[str, ...], workers: int, accept_identity: bool, quiet: bool,
    catalog: str, as_json: bool,
) -> int:  # fmt: skip
    """Crawl a source into the catalog. FILE is a recipe in YAML (an OpenMetadata workflow or a DataHub recipe does,
    too), or a database of SQLite or DuckDB itself.

    A URL may hold references in place of secrets (postgresql://me:${env:PW}@db/shop). Where there is no password and
    the source wants one, it is HEADRACE_PASSWORD, or asked for on a terminal.

    Ctrl-C stops cleanly and prints the command that resumes. The exit code is 0 when everything was crawled, 3 when
    something was left out, 1 for a bad recipe, 2 when the source cannot be reached, 4 when a sink failed, 130 when
    interrupted.

    \b
    Examples:
      headrace crawl postgresql://crawler@db/shop
      headrace crawl 'postgresql://crawler:${file:/run/secrets/pw}@db/shop'
      headrace crawl shop.yml --workers 4
      headrace crawl data/own.db
    """
    from scheduler.app.runs.crawl import crawl
    from scheduler.cli.run_commands import finish, notify, resume_hint, shown
    from scheduler.recipes.passwords import load

    loaded = load(source, name=name, only=only)
    notify(loaded.notices)
    with resume_hint(catalog):
        with shown(quiet=quiet) as progress:
            summary = crawl(
                loaded.recipe,
                catalog=catalog,
                workers=workers,
                secrets=loaded.secrets,
                accept_identity=accept_identity,
                on_progress=progress,
            )
        return finish(summary, as_json=as_json, catalog=catalog)
