"""``headrace resume RUN``."""

from __future__ import annotations

import click

from scheduler.cli.options import as_json, emit, run_argument


@click.command(short_help="Continue an interrupted or paused run.")
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
    from scheduler.app.runs.crawl import resumable, resume
    from scheduler.cli.run_commands import finish, secrets_of, shown

    if _unpaused(run, catalog):
        if as_json:
            emit({"run": run, "state": "running"})
        else:
            click.echo(f"{run}: the workers of the cluster go on")
        return 0
    secrets = secrets_of(catalog, run, resumable)
    with shown(quiet=quiet, catalog=catalog) as progress:
        summary = resume(
            run,
            catalog=catalog,
            workers=workers,
            secrets=secrets,
            accept_identity=accept_identity,
            on_progress=progress,
        )
    return finish(summary, as_json=as_json, catalog=catalog)


def _unpaused(run: str, catalog: str) -> bool:
    """Whether the run is one of a cluster, which goes on now. Raises ``UsageError`` when it was not paused."""
    from scheduler.cli.options import opened
    from specs.errors import UsageError
    from workers.ledger import SqlLedger

    with opened(catalog) as db:
        ledger = SqlLedger(db)
        found = ledger.run(run)
        if not found.open or found.via == "embedded":
            return False
        if not found.paused:
            what = f"the workers of a cluster are at work on run {run}: there is nothing to resume"
            raise UsageError(what, remedy=f"see: headrace status {run}")
        ledger.unpause(run)
    return True
