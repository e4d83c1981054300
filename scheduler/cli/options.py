"""Options that commands share, and the values that commands get for them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

if TYPE_CHECKING:
    from scheduler.app.catalog.catalog_place import CatalogPlace

LINES = 1000
"""Lines of JSON that are printed at once."""
F = TypeVar("F", bound=Callable[..., Any])

only_parts = click.option(
    "--only", "only", metavar="PART", multiple=True,
    help="Crawl only this part: metadata, lineage, usage; may be given again. [default: what the recipe asks for]",
)  # fmt: skip
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def run_argument(*, named: bool = False) -> Callable[[F], F]:
    """``[RUN]``, ``--service`` and ``--catalog``: handed in as ``run``, a whole id, and ``catalog``, a URL.

    ``named``: the person must name a run or its service, because the command cannot be undone.
    """

    def decorate(function: F) -> F:
        @wraps(function)
        def named_run(*args: Any, run: str | None, service: str | None, catalog: str, **kwargs: Any) -> Any:
            from scheduler.app.runs.run_choice import chosen
            from scheduler.cli.display.terminal import coloured

            if named and run is None and service is None:
                raise click.UsageError("name the run, or say latest")
            found = chosen(catalog, run, service)
            if found != run and not kwargs.get("as_json"):
                click.echo(coloured(f"run: {found}", "dim", sys.stderr), err=True)
            return function(*args, run=found, catalog=catalog, **kwargs)

        made: Any = catalog(named_run)
        made = service_option("The latest run of this service.")(made)
        return cast(F, click.argument("run", required=False, metavar="[RUN]", shell_complete=runs_begun)(made))

    return decorate


def run_option(name: str, help: str) -> Callable[[F], F]:
    """An option that names a run: an id, the beginning or end of one, or ``latest``; see ``run_named``."""
    return click.option(name, metavar="RUN", shell_complete=runs_begun, help=help)


def run_named(catalog: str, given: str | None) -> str | None:
    """The id of the run that a ``run_option`` names."""
    from scheduler.app.runs.run_choice import chosen

    return None if given is None else chosen(catalog, given)


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

    def ask(catalog: str) -> list[str]:
        from scheduler.app.runs.run_choice import recent

        return recent(catalog, context.params.get("service"))

    return _asked(context, begun, ask)


def services_begun(context: click.Context, _param: click.Parameter, begun: str) -> list[str]:
    def ask(catalog: str) -> list[str]:
        from scheduler.app.catalog.objects import service_names

        return service_names(catalog)

    return _asked(context, begun, ask)


def names_begun(context: click.Context, _param: click.Parameter, begun: str) -> list[str]:
    def ask(catalog: str) -> list[str]:
        from scheduler.app.catalog.objects import completions

        return completions(catalog, begun)

    return _asked(context, begun, ask)


def names_or_columns_begun(context: click.Context, _param: click.Parameter, begun: str) -> list[str]:
    """The names of objects, and below those of tables the names of columns."""

    def ask(catalog: str) -> list[str]:
        from scheduler.app.catalog.objects import completions

        return completions(catalog, begun, columns=True)

    return _asked(context, begun, ask)


def columns_begun(context: click.Context, _param: click.Parameter, begun: str) -> list[str]:
    """The columns of the object that the command names."""

    def ask(catalog: str) -> list[str]:
        from scheduler.app.catalog.objects import column_completions

        given = context.params.get("fqn") or next((each for each in context.args if not each.startswith("-")), "")
        return column_completions(catalog, str(given))

    return _asked(context, begun, ask)


def _asked(context: click.Context, begun: str, ask: Callable[[str], list[str]]) -> list[str]:
    """The completions from the catalog; none when it cannot be read, because a shell cannot show errors there."""
    from scheduler.app.catalog.catalog_place import find
    from specs.errors import HeadraceError

    try:
        return [each for each in ask(find(context.params.get("catalog")).url) if each.startswith(begun)]
    except HeadraceError:
        return []


def connectors_begun(_context: click.Context, _param: click.Parameter, begun: str) -> list[str]:
    from specs import registry

    return [name for name in registry.known() if name.startswith(begun)]


def catalog(function: F) -> F:
    """``--catalog URL``: the command gets it as ``catalog``, completed to a URL; on a terminal the URL is shown."""

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
    """Print on stderr which catalog is used: always on a terminal; elsewhere when none was named and a cluster runs."""
    from scheduler.cli.display.render import clean
    from scheduler.cli.display.terminal import coloured

    if sys.stderr.isatty() or (not place.said and place.origin != "your data directory"):
        click.echo(coloured(f"catalog: {clean(str(place))}", "dim", sys.stderr), err=True)


def emit(data: Any, *, line: bool = False) -> None:
    """Print a result as JSON, on one ``line`` or indented for people.

    For an object with ``as_json``, also in a list, its result is printed.
    """
    click.echo(json.dumps(_plain(data), ensure_ascii=False, indent=None if line else 2))


def emit_lines(data: Mapping[str, Any]) -> None:
    """Print an object that may be large as JSON, its tuples an item a line as they come: no second copy is made of
    them all, and Python has a fast encoder for single lines only."""
    fields = [(json.dumps(key), value) for key, value in data.items()]
    for at, (key, value) in enumerate(fields):
        begin, end = "{" if at == 0 else " ", "}" if at == len(fields) - 1 else ","
        if not isinstance(value, tuple):
            click.echo(f"{begin}{key}: {json.dumps(value, ensure_ascii=False)}{end}")
            continue
        click.echo(f"{begin}{key}: [")
        for first in range(0, len(value), LINES):
            some = value[first : first + LINES]
            lines = ",\n".join(f"  {json.dumps(_plain(each), ensure_ascii=False)}" for each in some)
            click.echo(lines + ("," if first + LINES < len(value) else ""))
        click.echo(f" ]{end}")


def _plain(data: Any) -> Any:
    if isinstance(data, list):
        return [_plain(each) for each in data]
    return data.as_json() if hasattr(data, "as_json") else data
