"""``headrace doctor``."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import click

from scheduler.cli.options import as_json, emit

if TYPE_CHECKING:
    from scheduler.app.doctor.finding import Finding


@click.command(short_help="Examine this installation, the catalog and the cluster.")
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
    from scheduler.cli.display.render import clean
    from scheduler.cli.display.terminal import state

    findings = []
    for finding in _findings(cluster, redis, prefix, catalog):
        findings.append(finding)
        if not as_json:
            click.echo(f"{state(finding.level, f'{finding.level:<4}')}  {finding.name}: {clean(finding.evidence)}")
            if finding.remedy:
                click.echo(f"      {clean(finding.remedy)}")
    well = all(finding.level != "bad" for finding in findings)
    if as_json:
        emit({"ok": well, "findings": [finding.as_json() for finding in findings]})
    return 0 if well else 1


def _findings(cluster: bool, redis: str | None, prefix: str | None, catalog: str | None) -> Iterator[Finding]:
    from scheduler.app.catalog.catalog_place import find
    from scheduler.app.doctor.doctor import examine
    from scheduler.app.doctor.finding import Finding
    from scheduler.local.folder import found
    from specs.errors import HeadraceError

    try:
        place = find(catalog)
        redis_named = redis or os.environ.get("HEADRACE_REDIS") or os.environ.get("HEADRACE_REDIS_FILE")
        wanted = bool(cluster or redis_named or (not place.said and found()))
        begun = _begun(cluster, redis, prefix, catalog) if wanted and not place.url.startswith("sqlite") else None
        yield from examine(place.url)
        if wanted:  # a file does not hang, and must not be made while it is looked for
            yield from (begun or _begun(cluster, redis, prefix, catalog))()
    except HeadraceError as error:
        yield Finding("settings", "bad", error.what, error.remedy)


def _begun(
    cluster: bool, redis: str | None, prefix: str | None, catalog: str | None
) -> Callable[[], Iterator[Finding]]:  # fmt: skip
    """The findings on the cluster, which is asked while the rest is looked at."""
    from scheduler.app.doctor.finding import Finding
    from scheduler.cli.cluster_options import settings
    from specs.errors import HeadraceError

    try:
        given = settings(redis, catalog, prefix)
    except HeadraceError as error:
        wrong = Finding("settings", "bad", error.what, error.remedy)
        return lambda: iter([wrong])

    from scheduler.app.doctor import cluster_findings

    return cluster_findings.begin(given, several=cluster)
