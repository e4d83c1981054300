"""``headrace doctor``."""

from __future__ import annotations

import click

from scheduler.cli.options import as_json, emit


@click.command()
@click.option("--cluster", is_flag=True, help="Examine the cluster, too, as one of several machines.")
@click.option("--redis", metavar="URL", help="Where Redis is. [env var: HEADRACE_REDIS, HEADRACE_REDIS_FILE]")
@click.option("--prefix", help="What our keys in Redis begin with. [env var: HEADRACE_PREFIX]")
@click.option(
    "--catalog", metavar="URL", help="Where the catalog is. [default: the one that all commands find; see crawl]"
)
@as_json
def command(cluster: bool, redis: str | None, prefix: str | None, catalog: str | None, as_json: bool) -> int:
    """Examine Python, the packages, drivers, clock, memory, disk and the catalog; each with a remedy.

    Where a Redis is named, or a cluster is up here, examine the cluster: Redis' version, memory, eviction and
    persistence, clocks, whose prefix it is, who is there. With --cluster a catalog in SQLite is bad: several machines
    would damage it.

    \b
    Example:
      headrace doctor
      HEADRACE_REDIS=redis://redis/0 headrace doctor --cluster --catalog postgresql://db/catalog
    """
    from scheduler.app.doctor.examination import Examination, examined
    from scheduler.cli.cluster_options import settings
    from scheduler.cli.display.render import clean
    from scheduler.cli.display.terminal import state

    examination = Examination([])
    for finding in examined(catalog, redis, lambda: settings(redis, catalog, prefix), cluster=cluster):
        examination.findings.append(finding)
        if not as_json:
            click.echo(f"{state(finding.level, f'{finding.level:<4}')}  {finding.name}: {clean(finding.evidence)}")
            if finding.remedy:
                click.echo(f"      {clean(finding.remedy)}")
    if as_json:
        emit(examination)
    return 0 if examination.ok else 1
