"""``headrace worker``."""

from __future__ import annotations

import click

from scheduler.cli.cluster_options import cluster, log_json


@click.command()
@click.option(
    "--queue", default="small", show_default=True, type=click.Choice(["small", "large"]),
    help="Which units to take; large ones are left to workers with more memory.",
)  # fmt: skip
@click.option(
    "--concurrency", default="auto", show_default=True, metavar="N|auto",
    help="Processes that read; auto: one per processor, as far as their memory goes.",
)  # fmt: skip
@click.option("--metrics", metavar="HOST:PORT", help="Answer /metrics and /healthz there.")
@cluster
@log_json
def command(
    queue: str, concurrency: str, metrics: str | None, redis: str | None, catalog: str | None, prefix: str | None,
    as_json: bool,
) -> int:  # fmt: skip
    """Work on the runs of a cluster until SIGTERM, which gives all units back within two seconds.

    Secrets of recipes (${env:X}, ${file:/run/secrets/x}) are resolved here: this process needs those variables and
    files.

    \b
    Example:
      HEADRACE_REDIS=redis://redis/0 HEADRACE_CATALOG=postgresql://db/catalog headrace worker --concurrency 4
    """
    from scheduler.cli.cluster_options import settings

    processes = None
    if concurrency != "auto":
        if not concurrency.isdigit() or not 1 <= int(concurrency) <= 64:
            raise click.BadParameter("write auto, or a number from 1 to 64", param_hint="--concurrency")
        processes = int(concurrency)
    given = settings(redis, catalog, prefix)

    from workers.cluster.pool.worker_process import serve

    return serve(given, concurrency=processes, queue=queue, as_json=as_json, metrics=metrics)
