"""Options that the commands of a cluster share: the URLs of Redis and the catalog."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from scheduler.app.catalog import catalog_place
from specs.errors import UsageError

if TYPE_CHECKING:
    from workers.cluster.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])


log_json = click.option("--json", "as_json", is_flag=True, help="Write log lines as JSON.")


def cluster(function: F) -> F:
    """``--redis``, ``--catalog`` and ``--prefix``, each with its environment variable."""
    for option in (
        click.option("--prefix", help="What our keys in Redis begin with. [env var: HEADRACE_PREFIX]"),
        click.option(
            "--catalog", metavar="URL", help="Where the catalog is. [env var: HEADRACE_CATALOG, HEADRACE_CATALOG_FILE]"
        ),
        click.option("--redis", metavar="URL", help="Where Redis is. [env var: HEADRACE_REDIS, HEADRACE_REDIS_FILE]"),
    ):
        function = option(function)
    return function


def needed() -> None:
    """Check that the packages that clusters need are installed. Raises ``UsageError`` when one is not."""
    try:
        import celery  # noqa: F401
        import cronsim  # noqa: F401
        import psycopg  # noqa: F401
        import redis  # noqa: F401
    except ImportError as error:
        what = f"clusters need the package {error.name}"
        raise UsageError(what, remedy="install it: pip install 'headrace[cluster]'", reason="driver") from None


def settings(redis: str | None, catalog: str | None, prefix: str | None) -> Settings:
    """The settings of this process; when none are given, those of the cluster that ``headrace up`` runs.

    Raises ``UsageError`` naming what is missing or wrong.
    """
    needed()
    from workers.cluster.settings import load, strangers

    for line in strangers(os.environ):
        click.echo(f"warning: {line}", err=True)
    environ = _environment(said=bool(redis or catalog))
    place = catalog_place.said(catalog, environ)
    return load(environ, redis=redis, catalog=place and place.url, prefix=prefix)


def catalog_of(catalog: str | None) -> str:
    """The URL of the catalog, for a process that does not need Redis. Raises ``UsageError`` when none is given."""
    place = catalog_place.said(catalog, os.environ) or catalog_place.running()
    if place is None:
        raise _nowhere(("HEADRACE_CATALOG",))
    return place.url


def _environment(*, said: bool) -> dict[str, str]:
    """The environment, with the local cluster's variables when neither it nor the command line names a cluster."""
    places = ("HEADRACE_REDIS", "HEADRACE_REDIS_FILE", "HEADRACE_CATALOG", "HEADRACE_CATALOG_FILE")
    if said or any(os.environ.get(place) for place in places):
        return dict(os.environ)
    from scheduler.local.folder import found

    local = found()
    if not local:
        raise _nowhere(("HEADRACE_REDIS", "HEADRACE_CATALOG"))
    return {**os.environ, **local}


def _nowhere(needs: tuple[str, ...]) -> UsageError:
    what = f"{needs[0]} is not set, and no cluster is up on this machine"
    return UsageError(what, remedy=f"set {' and '.join(needs)}, or start one: headrace up")
