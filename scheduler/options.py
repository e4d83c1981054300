"""Options that commands share, and what they stand for."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

if TYPE_CHECKING:
    from scheduler.catalog_place import CatalogPlace
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
    from scheduler.catalog_place import find
    from specs.errors import HeadraceError
    from workers.ledger import SqlLedger

    try:
        with opened(find(context.params.get("catalog")).url) as db:
            return [run.id for run in SqlLedger(db).runs(None, 50) if run.id.startswith(begun)]
    except HeadraceError:
        return []


def _connectors(_context: click.Context, _param: click.Parameter, begun: str) -> list[str]:
    from specs import registry

    return [name for name in registry.known() if name.startswith(begun)]


def catalog(function: F) -> F:
    """``--catalog URL``: handed in as ``catalog``, completed to a URL; which one it is, is told on a terminal."""

    @wraps(function)
    def chosen(*args: Any, catalog: str | None, **kwargs: Any) -> Any:
        from scheduler.catalog_place import find

        place = find(catalog)
        if not kwargs.get("as_json"):
            tell(place)
        return function(*args, catalog=place.url, **kwargs)

    what = (
        "Where the catalog is: an SQLAlchemy URL, an SQLite file, or @FILE that holds the URL. [default: "
        "HEADRACE_CATALOG, HEADRACE_CATALOG_FILE, the cluster that is up, else a file in your data directory]"
    )
    return click.option("--catalog", metavar="URL", help=what)(cast(F, chosen))


def tell(place: CatalogPlace) -> None:
    """Say on stderr which catalog answers: always on a terminal, elsewhere when nobody named it and a cluster is up."""
    from scheduler.display.render import clean

    if sys.stderr.isatty() or (not place.said and place.origin != "your data directory"):
        click.echo(click.style(f"catalog: {clean(str(place))}", dim=True), err=True)


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
