"""``headrace retry RUN``."""

from __future__ import annotations

import click

from scheduler.cli.options import as_json, run_argument


@click.command()
@run_argument()
@click.option("--failed", is_flag=True, default=True, help="Failed objects and scopes (the default).")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Processes that crawl.")
@click.option("--quiet", "-q", is_flag=True, help="No progress.")
@as_json
def command(run: str, failed: bool, workers: int, quiet: bool, catalog: str, as_json: bool) -> int:
    """Open a new run over the objects and scopes that failed in RUN. It deletes nothing.

    \b
    Example:
      headrace retry --service shop_prod
    """
    from scheduler.app.runs.crawl import retry, retryable
    from scheduler.app.runs.run_choice import answered
    from scheduler.cli.run_commands import finish, resume_hint, shown
    from scheduler.recipes.secrets.prompts import ask

    _, secrets = answered(catalog, run, retryable, ask)
    with resume_hint(catalog):
        with shown(quiet=quiet) as progress:
            summary = retry(run, catalog=catalog, workers=workers, secrets=secrets, on_progress=progress)
        return finish(summary, as_json=as_json, catalog=catalog)
