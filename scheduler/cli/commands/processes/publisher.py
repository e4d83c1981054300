"""``headrace publisher``."""

from __future__ import annotations

import click

from scheduler.cli.cluster_options import log_json
from scheduler.cli.times import CATALOG_WAIT_SECONDS


@click.command()
@click.option(
    "--catalog", metavar="URL", help="Where the catalog is. [env var: HEADRACE_CATALOG, HEADRACE_CATALOG_FILE]"
)
@click.option("--metrics", metavar="HOST:PORT", help="Answer /metrics and /healthz there.")
@log_json
def command(catalog: str | None, metrics: str | None, as_json: bool) -> int:
    """Bring changes of the catalog to the sinks in mode changes of all recipes of a cluster, until SIGTERM.

    Needs the catalog and the secrets of the sinks, but neither Redis nor the sources. One is enough; when it
    dies, another one of its machine takes over at once, one of another machine within two and a half minutes.

    \b
    Example:
      HEADRACE_CATALOG=postgresql://db/catalog headrace publisher
    """
    from scheduler.cli.cluster_options import catalog_of

    url = catalog_of(catalog)

    from contextlib import ExitStack

    from workers.cluster.membership import alone
    from workers.feed.publisher.process import serve
    from workers.process.health_endpoint import Health
    from workers.process.interruption import interruptible
    from workers.process.logs import setup
    from workers.process.stop_flag import StopFlag
    from workers.store.database import open_database

    setup(as_json=as_json, kind="publisher")
    stop, health = StopFlag(), Health()
    pulse = health.loop("feeding sinks")
    with ExitStack() as stack:
        db = open_database(url, patience=CATALOG_WAIT_SECONDS)
        stack.callback(db.close)
        alone(db)
        stack.enter_context(interruptible(stop))
        if metrics:
            from workers.metrics import local
            from workers.process import health_endpoint

            stack.enter_context(health_endpoint.serve(metrics, {
                "/metrics": lambda: (200, health_endpoint.PLAIN, local(db)),
                "/healthz": health.route,
            }))  # fmt: skip
        count = serve(db, stop, beat=pulse.beat)
    if not as_json:  # the log has said so
        click.echo(f"{count} changes delivered", err=True)
    return 0
