"""Options that commands share, and what they stand for."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

if TYPE_CHECKING:
    from scheduler.app.catalog.catalog_place import CatalogPlace
    from workers.catalog import Catalog
    from workers.store.database import SqlDatabase

F = TypeVar("F", bound=Callable[..., Any])

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def run_argument(*, named: bool = False) -> Callable[[F], F]:
    """``[RUN]``, ``--service`` and ``--catalog``: handed in as ``run``, a whole id, and ``catalog``, a URL.

    ``named``: a run (or its service) must be said, since there is no way back.
    """

    def decorate(function: F) -> F:
        @wraps(function)
        def chosen(*args: Any, run: str | None, service: str | None, catalog: str, **kwargs: Any) -> Any:
            from scheduler.app.runs.run_choice import choose
            from scheduler.cli.display.terminal import coloured
            from workers.ledger import SqlLedger

            if named and run is None and service is None:
                raise click.UsageError("name the run, or say latest")
            with opened(catalog) as db:
                found = choose(SqlLedger(db), run, service)
            if found != run and not kwargs.get("as_json"):
                click.echo(coloured(f"run: {found}", "dim", sys.stderr), err=True)
            return function(*args, run=found, catalog=catalog, **kwargs)

        made: Any = catalog(chosen)
        made = service_option("The latest run of this service.")(made)
        return cast(F, click.argument("run", required=False, metavar="[RUN]", shell_complete=runs_begun)(made))

    return decorate


def run_option(name: str, help: str) -> Callable[[F], F]:
    """An option that names a run: an id, the beginning or end of one, or ``latest``; see ``run_named``."""
    return click.option(name, metavar="RUN", shell_complete=runs_begun, help=help)


def run_named(db: SqlDatabase, given: str | None) -> str | None:
    """The id that a ``run_option`` means."""
    from scheduler.app.runs.run_choice import choose
    from workers.ledger import SqlLedger

    return None if given is None else choose(SqlLedger(db), given, None)


def service_option(help: str) -> Callable[[F], F]:
    """``--service``, completed by the shell."""
    return click.option("--service", help=help, shell_complete=services_begun)


def name_argument(*, required: bool = True) -> Callable[[F], F]:
    """``FQN``: the name of an object, completed by the shell level by level."""
    return click.argument("fqn", required=required, shell_complete=names_begun)


def connector_argument(name: str, *, required: bool) -> Callable[[F], F]:
    """The name of a connector, completed by the shell."""
    return click.argument(
        name, metavar="TYPE" if required else "[NAME]", required=required, shell_complete=connectors_begun
    )


def runs_begun(context: click.Context, _param: click.Parameter, begun: str) -> list[str]:
    """Ids of the latest runs, and ``latest``."""

    def ask(db: SqlDatabase) -> list[str]:
        from workers.ledger import SqlLedger

        return ["latest", *(run.id for run in SqlLedger(db).runs(context.params.get("service"), 50))]

    return [each for each in _asked(context, ask) if each.startswith(begun)]


def services_begun(context: click.Context, _param: click.Parameter, begun: str) -> list[str]:
    return _catalog_names(context, begun, lambda found: (each.name for each in found.children()))


def names_begun(context: click.Context, _param: click.Parameter, begun: str) -> list[str]:
    return _catalog_names(context, begun, lambda found: found.completions(begun))


def _catalog_names(context: click.Context, begun: str, read: Callable[[Catalog], Iterable[str]]) -> list[str]:
    def ask(db: SqlDatabase) -> list[str]:
        from workers.catalog import Catalog

        return [each for each in read(Catalog(db)) if each.startswith(begun)]

    return _asked(context, ask)


def _asked(context: click.Context, ask: Callable[[SqlDatabase], list[str]]) -> list[str]:
    """What the catalog answers; nothing where it cannot be read: a shell has no place for errors."""
    from scheduler.app.catalog.catalog_place import find
    from specs.errors import HeadraceError

    try:
        with opened(find(context.params.get("catalog")).url) as db:
            return ask(db)
    except HeadraceError:
        return []


def connectors_begun(_context: click.Context, _param: click.Parameter, begun: str) -> list[str]:
    from specs import registry

    return [name for name in registry.known() if name.startswith(begun)]


def catalog(function: F) -> F:
    """``--catalog URL``: handed in as ``catalog``, completed to a URL; which one it is, is told on a terminal."""

    @wraps(function)
    def chosen(*args: Any, catalog: str | None, **kwargs: Any) -> Any:
        from scheduler.app.catalog.catalog_place import find

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
    from scheduler.cli.display.render import clean
    from scheduler.cli.display.terminal import coloured

    if sys.stderr.isatty() or (not place.said and place.origin != "your data directory"):
        click.echo(coloured(f"catalog: {clean(str(place))}", "dim", sys.stderr), err=True)


@contextmanager
def opened(url: str) -> Iterator[SqlDatabase]:
    """The existing catalog at ``url``, closed at the end."""
    from workers.store.database import open_database

    db = open_database(url, create=False)
    try:
        yield db
    finally:
        db.close()


def emit(data: Any, *, line: bool = False) -> None:
    """Print one JSON value, on one ``line`` or indented for people; ``bytes`` and the like never occur in it."""
    click.echo(json.dumps(data, ensure_ascii=False, indent=None if line else 2))
