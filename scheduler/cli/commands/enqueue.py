"""``headrace enqueue URL|FILE``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from scheduler.cli.cluster_options import cluster
from scheduler.cli.options import as_json, run_option

if TYPE_CHECKING:
    from specs.recipe.recipe import Recipe


@click.command(short_help="Hand a recipe to the workers of a cluster.")
@click.argument("source", metavar="URL|FILE", required=False)
@click.option("--name", help="The service's name in the catalog; overrides the recipe.")
@run_option("--retry", "Crawl what failed in that run instead; it deletes nothing.")
@click.option("--wait", is_flag=True, help="Show progress and the result; the run's end decides the exit code.")
@click.option("--accept-identity", is_flag=True, help="The service moved to another server: go on, and remember it.")
@click.option("--quiet", "-q", is_flag=True, help="No progress.")
@cluster
@as_json
def command(
    source: str | None, name: str | None, retry: str | None, wait: bool, accept_identity: bool, quiet: bool,
    redis: str | None, catalog: str | None, prefix: str | None, as_json: bool,
) -> int:  # fmt: skip
    """Open a run for the workers of a cluster. Secrets travel as references, never as values: the workers resolve them.

    Without --wait, `headrace scheduler` looks after the run. With it, Ctrl-C ends the waiting only.

    \b
    Examples:
      headrace enqueue shop.yml --wait
      headrace enqueue 'postgresql://crawler:${env:SHOP_PASSWORD}@db/shop'
    """
    from scheduler.app.catalog.catalog_place import find
    from scheduler.cli.cluster_options import settings
    from scheduler.cli.options import emit, tell
    from scheduler.cli.run_commands import finish, notify, shown

    if (source is None) == (retry is None):
        raise click.UsageError("give a URL, a recipe file, or --retry RUN")
    given = settings(redis, catalog, prefix)

    from scheduler.app.runs.cluster import enqueue, enqueue_retry

    where = given.catalog.get_secret_value()
    if not as_json:
        tell(find(catalog))
    recipe = None if source is None else _loaded(source, name)
    with shown(quiet=quiet or not wait, catalog=where) as progress:
        if recipe is not None:
            run, summary = enqueue(
                given, recipe, wait=wait, on_progress=progress, on_notice=notify, accept_identity=accept_identity
            )  # fmt: skip
        else:
            run, summary = enqueue_retry(given, _run(where, retry), wait=wait, on_progress=progress, on_notice=notify)
    if summary is not None:
        return finish(summary, as_json=as_json, catalog=where)
    if as_json:
        emit({"run": run.id, "service": run.service, "state": run.state})
    else:
        click.echo(run.id)
    return 0


def _run(catalog: str, given: str | None) -> str:
    from scheduler.cli.options import opened, run_named

    with opened(catalog) as db:
        return str(run_named(db, given))


def _loaded(source: str, name: str | None) -> Recipe:
    from scheduler.cli.run_commands import notify
    from scheduler.control.openings import typed, untyped
    from scheduler.recipes.loader import load

    def nobody(asked: str) -> str:
        raise typed(asked)

    loaded = load(source, nobody, name=name, away=True)
    untyped(loaded.recipe)  # before a notice says that it will be asked for
    notify(loaded.notices)
    return loaded.recipe
