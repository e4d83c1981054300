"""What the commands of a cluster share: where Redis and the catalog are."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from specs.errors import Usage

if TYPE_CHECKING:
    from workers.settings import Settings

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


def settings(redis: str | None, catalog: str | None, prefix: str | None) -> Settings:
    """The settings of this process. Raises ``Usage`` naming what is missing or wrong."""
    try:
        import celery  # noqa: F401

        from workers.settings import load, strangers
    except ImportError as error:
        what = f"clusters need the package {error.name}"
        raise Usage(what, remedy="install it: pip install 'headrace[cluster]'", reason="driver") from None
    for line in strangers(os.environ):
        click.echo(f"warning: {line}", err=True)
    return load(os.environ, redis=redis, catalog=catalog, prefix=prefix)
