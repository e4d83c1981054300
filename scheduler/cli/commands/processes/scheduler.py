"""``headrace scheduler``."""

from __future__ import annotations

import click

from scheduler.cli.cluster_options import cluster, log_json


@click.command()
@click.option("--listen", metavar="HOST:PORT", help="Answer /metrics and /healthz there.")
@cluster
@log_json
def command(listen: str | None, redis: str | None, catalog: str | None, prefix: str | None, as_json: bool) -> int:
    """Look after the runs of a cluster until SIGTERM: fire schedules, give back what died, close what is finished.

    One is enough; with several, one leads and another takes over within 15 seconds when it dies.

    \b
    Example:
      HEADRACE_REDIS=redis://redis/0 HEADRACE_CATALOG=postgresql://db/catalog headrace scheduler --listen :9108
    """
    from scheduler.cli.cluster_options import settings

    given = settings(redis, catalog, prefix)

    from scheduler.control.process import run
    from workers.process.interruption import interruptible
    from workers.process.logs import setup
    from workers.process.stop_flag import StopFlag

    setup(as_json=as_json, kind="scheduler")
    stop = StopFlag()
    with interruptible(stop):
        run(given, stop, listen=listen)
    return 0
