"""``headrace flusher``."""

from __future__ import annotations

import logging

import click

from scheduler.cli.cluster_options import cluster, log_json


@click.command()
@click.option("--metrics", metavar="HOST:PORT", help="Answer /metrics and /healthz there.")
@cluster
@log_json
def command(metrics: str | None, redis: str | None, catalog: str | None, prefix: str | None, as_json: bool) -> int:
    """Bring what the workers of a cluster sent into the catalog, until SIGTERM.

    One is enough, several share the work. When one is killed, another one of its machine takes over at once, one of
    another machine within 15 seconds.

    \b
    Example:
      HEADRACE_REDIS=redis://redis/0 HEADRACE_CATALOG=postgresql://db/catalog headrace flusher
    """
    from scheduler.cli.cluster_options import settings

    given = settings(redis, catalog, prefix)

    from workers.cluster.flusher_process import flush
    from workers.process.interruption import interruptible
    from workers.process.logs import setup
    from workers.process.stop_flag import StopFlag

    setup(as_json=as_json, kind="flusher")
    stop = StopFlag()
    with interruptible(stop):
        count = flush(given, stop, metrics=metrics)
    logging.getLogger("headrace.flusher").info("%d batches stored", count)
    return 0
