"""``headrace resume RUN``."""

from __future__ import annotations

import click

from scheduler.cli.options import as_json, emit, run_argument


@click.command()
@run_argument()
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Processes that crawl.")
@click.option("--accept-identity", is_flag=True, help="The service moved to another server: go on, and remember it.")
@click.option("--quiet", "-q", is_flag=True, help="No progress.")
@as_json
def command(run: str, workers: int, accept_identity: bool, quiet: bool, catalog: str, as_json: bool) -> int:
    """Continue an interrupted run where it was, or a paused one of a cluster; nothing that is stored is read again.

    A password that was typed, or stood in a URL, is asked for again (HEADRACE_PASSWORD answers without a terminal).

    \b
    Example:
      headrace resume 20261122-211530-shop_prod-x7f3
    """
    from scheduler.app.history.interventions import unpause
    from scheduler.app.runs.crawl import resumable, resume
    from scheduler.app.runs.run_choice import answered
    from scheduler.cli.run_commands import finish, resume_hint, shown
    from scheduler.recipes.secrets.prompts import ask

    done = unpause(catalog, run)
    if done is not None:
        if as_json:
            emit(done)
        else:
            click.echo(f"{run}: the workers of the cluster go on")
        return 0
    _, secrets = answered(catalog, run, resumable, ask)
    with resume_hint(catalog):
        with shown(quiet=quiet) as progress:
            summary = resume(
                run,
                catalog=catalog,
                workers=workers,
                secrets=secrets,
                accept_identity=accept_identity,
                on_progress=progress,
            )
        return finish(summary, as_json=as_json, catalog=catalog)
