"""``headrace enqueue URL|FILE``."""

from __future__ import annotations

import click

from scheduler.joining import cluster
from scheduler.options import as_json


@click.command(short_help="Hand a recipe to the workers of a cluster.")
@click.argument("source", metavar="URL|FILE")
@click.option("--name", help="The service's name in the catalog; overrides the recipe.")
@click.option("--wait", is_flag=True, help="Show progress and the result; the run's end decides the exit code.")
@click.option("--quiet", "-q", is_flag=True, help="No progress.")
@cluster
@as_json
def command(
    source: str, name: str | None, wait: bool, quiet: bool, redis: str | None, catalog: str | None,
    prefix: str | None, as_json: bool,
) -> int:  # fmt: skip
    """Open a run for the workers of a cluster. Secrets travel as references, never as values.

    With --wait, Ctrl-C ends the waiting only.

    \b
    Example:
      headrace enqueue shop.yml --wait
    """
    from scheduler.joining import settings
    from scheduler.options import emit
    from scheduler.recipes.loading import load
    from scheduler.running import finish, notify, shown

    given = settings(redis, catalog, prefix)
    loaded = load(source, _nobody, name=name)
    notify(loaded.notices)

    from scheduler.cluster import enqueue

    where = given.catalog.get_secret_value()
    with shown(quiet=quiet or not wait, catalog=where) as progress:
        run, summary = enqueue(given, loaded.recipe, wait=wait, on_progress=progress)
    if summary is not None:
        return finish(summary, as_json=as_json, catalog=where)
    if as_json:
        emit({"run": run.id, "service": run.service, "state": run.state})
    else:
        click.echo(run.id)
    return 0


def _nobody(name: str) -> str:
    from specs.errors import Usage

    remedy = "write ${env:NAME} or ${file:/run/secrets/name}, and give the workers that"
    raise Usage(f"the {name} cannot be typed for a cluster", "recipe", remedy, reason="prompt")
