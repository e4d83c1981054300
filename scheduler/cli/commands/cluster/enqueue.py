"""``headrace enqueue URL|FILE``."""

from __future__ import annotations

import click

from scheduler.cli.cluster_options import cluster
from scheduler.cli.options import as_json, only_parts, run_option


@click.command()
@click.argument("source", metavar="URL|FILE", required=False)
@click.option("--name", help="The service's name in the catalog; overrides the recipe.")
@only_parts
@run_option("--retry", "Crawl what failed in that run instead; it deletes nothing.")
@click.option("--wait", is_flag=True, help="Show progress and the result; the run's end decides the exit code.")
@click.option("--accept-identity", is_flag=True, help="The service moved to another server: go on, and remember it.")
@click.option("--quiet", "-q", is_flag=True, help="No progress.")
@cluster
@as_json
def command(
    source: str | None, name: str | None, only: tuple[str, ...], retry: str | None, wait: bool, accept_identity: bool,
    quiet: bool, redis: str | None, catalog: str | None, prefix: str | None, as_json: bool,
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
    from scheduler.cli.options import emit, run_named, tell
    from scheduler.cli.run_commands import finish, notify, resume_hint, shown

    if (source is None) == (retry is None):
        raise click.UsageError("give a URL, a recipe file, or --retry RUN")
    if retry is not None and only:
        raise click.UsageError("--only narrows a recipe; --retry walks what failed, in the part in which it failed")
    given = settings(redis, catalog, prefix)

    from scheduler.app.runs.cluster import enqueue, enqueue_retry
    from scheduler.control.openings import load_for_cluster

    where = given.catalog.get_secret_value()
    if not as_json:
        tell(find(catalog))
    loaded = None if source is None else load_for_cluster(source, name=name, only=only)
    if loaded is not None:
        notify(loaded.notices)
    with resume_hint(where):
        with shown(quiet=quiet or not wait) as progress:
            if loaded is not None:
                done = enqueue(
                    given, loaded.recipe, wait=wait, on_progress=progress, on_notice=notify,
                    accept_identity=accept_identity,
                )  # fmt: skip
            else:
                done = enqueue_retry(
                    given, str(run_named(where, retry)), wait=wait, on_progress=progress, on_notice=notify
                )
        if done.summary is not None:
            return finish(done.summary, as_json=as_json, catalog=where)
    if as_json:
        emit(done)
    else:
        click.echo(done.run.id)
    return 0
