"""Options that commands share, and what they stand for."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from workers.database import Database

F = TypeVar("F", bound=Callable[..., Any])

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def run_argument(function: F) -> F:
    """``RUN``: the id of a run, completed by the shell."""
    return click.argument("run", shell_complete=_runs)(function)


def connector_argument(name: str, *, required: bool) -> Callable[[F], F]:
    """The name of a connector, completed by the shell."""
    return click.argument(name, metavar="TYPE" if required else "[NAME]", required=required, shell_complete=_connectors)


def _runs(context: click.Context, _param: click.Parameter, begun: str) -> list[str]:
    """Ids of the latest runs; none where the catalog cannot be read."""
    from specs.errors import HeadraceError
    from workers.ledger import SqlLedger

    try:
        with opened(context.params.get("catalog") or catalog_url(os.environ.get("HEADRACE_CATALOG"))) as db:
            return [run.id for run in SqlLedger(db).runs(None, 50) if run.id.startswith(begun)]
    except HeadraceError:
        return []


def _connectors(_context: click.Context, _param: click.Parameter, begun: str) -> list[str]:
    from specs import registry

    return [name for name in registry.known() if name.startswith(begun)]


def catalog(function: F) -> F:
    """``--catalog URL``: handed in as ``catalog``, completed to a URL."""
    what = (
        "Where the catalog is: an SQLAlchemy URL, an SQLite file, or @FILE that holds the URL. "
        "[default: a file in your data directory]"
    )
    return _catalog(what, catalog_url)(function)


def cluster_catalog(function: F) -> F:
    """``--catalog URL`` of commands for clusters: the local cluster's when one is up and nothing else is said."""
    what = "Where the catalog is. [default: that of headrace up, else a file in your data directory]"
    return _catalog(what, lambda given: catalog_url(given or _local()))(function)


def _catalog(what: str, completed: Callable[[str | None], str]) -> Callable[[F], F]:
    return click.option(
        "--catalog", envvar="HEADRACE_CATALOG", show_envvar=True, metavar="URL",
        callback=lambda _ctx, _param, value: completed(value), help=what,
    )  # fmt: skip


def _local() -> str | None:
    """The catalog of the cluster that is up on this machine."""
    if os.environ.get("HEADRACE_CATALOG_FILE"):
        return None
    from scheduler.up.folder import found

    return _from_file(found().get("HEADRACE_CATALOG_FILE"))


def catalog_url(given: str | None) -> str:
    """The catalog's URL; a plain path is an SQLite file, ``@FILE`` a file that holds the URL.

    Where none is given, the file that ``HEADRACE_CATALOG_FILE`` names may hold it.
    """
    if given and given.startswith("@"):
        given = _from_file(given[1:], "--catalog")
    given = given or _from_file(os.environ.get("HEADRACE_CATALOG_FILE"))
    if given and ("://" in given):
        return given
    if given:
        return f"sqlite:///{Path(given).expanduser()}"
    return default_url()


def _from_file(name: str | None, said: str = "HEADRACE_CATALOG_FILE") -> str | None:
    from specs.errors import Usage

    if not name:
        return None
    try:
        return Path(name).read_text(encoding="utf-8").strip() or None
    except (OSError, UnicodeDecodeError):
        raise Usage(f"the file of {said} cannot be read", name, "let us read it, or name another") from None


def default_url() -> str:
    """The SQLite file in the user's data directory."""
    from platformdirs import user_data_path

    return f"sqlite:///{user_data_path('headrace') / 'catalog.db'}"


def named(url: str) -> str:
    """What follow-up commands must say as ``--catalog``: nothing for the default; never a password."""
    if os.environ.get("HEADRACE_CATALOG") or os.environ.get("HEADRACE_CATALOG_FILE") or url == default_url():
        return ""
    if _local() == url:
        from scheduler.up.folder import found

        return f"@{found()['HEADRACE_CATALOG_FILE']}"
    return re.sub(r"(://[^:/@]*):[^@/]*@", r"\1:***@", url)


@contextmanager
def opened(url: str) -> Iterator[Database]:
    """The existing catalog at ``url``, closed at the end."""
    from workers.database import open_database

    db = open_database(url, create=False)
    try:
        yield db
    finally:
        db.close()


def emit(data: Any, *, line: bool = False) -> None:
    """Print one JSON value, on one ``line`` or indented for people; ``bytes`` and the like never occur in it."""
    click.echo(json.dumps(data, ensure_ascii=False, indent=None if line else 2))
