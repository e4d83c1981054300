"""``headrace usage``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from scheduler.cli.options import as_json, catalog, emit, name_argument

if TYPE_CHECKING:
    from scheduler.app.usage.usage import ContainerUsage, ObjectUsage, UnusedObjects


@click.command()
@name_argument(required=False)
@click.option("--days", type=click.IntRange(1, 4000), default=30, show_default=True, help="Days to look back.")
@click.option("--unused", metavar="TIME", help="Tables and views that nobody used for so long: 90d.")
@catalog
@as_json
def command(fqn: str | None, days: int, unused: str | None, catalog: str, as_json: bool) -> None:
    """Show how an object was used: statements, users, columns, joins, the most frequent statements without their
    literals. Of a service, database or schema it shows the most used objects, and of a service the account of each day.

    Days end with the last one that was read.

    \b
    Examples:
      headrace usage shop_prod.shop.sales.orders
      headrace usage shop_prod --days 7
      headrace usage shop_prod --unused 90d
    """
    from scheduler.app.usage import usage as app

    if unused is not None:
        idle = app.unused(catalog, _days(unused), fqn)
        if as_json:
            emit(idle)
        else:
            click.echo("\n\n".join("\n".join(_idle(each)) for each in idle) or "no usage was read yet")
        return
    if fqn is None:
        raise click.UsageError("name an object or a service, or say --unused 90d")
    found = app.usage(catalog, fqn, days)
    if as_json:
        emit(found)
    else:
        click.echo("\n".join(_object(found) if isinstance(found, app.ObjectUsage) else _container(found)))


def _days(text: str) -> int:
    from specs.config import seconds

    try:
        return max(1, round(float(seconds(text)) / 86400))
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def _object(found: ObjectUsage) -> Iterator[str]:
    from scheduler.cli.display.render import clean
    from scheduler.cli.display.tables import table

    use = found.use
    yield f"{clean(found.fqn)}  {found.since} to {found.until} ({found.zone}, {found.days_read} days read)"
    if not use.queries:
        yield "not used"
        return
    users = "unknown" if use.users is None else f"{'at least ' if use.users_at_least else ''}{use.users}"
    yield f"  statements  {use.queries}: {use.reads} read it, {use.writes} changed it"
    yield f"  users       {users}{': ' + clean(', '.join(use.user_names[:10])) if use.user_names else ''}"
    yield f"  used        {use.first_use} to {use.last_use}"
    yield f"  rank        {found.percentile} of 100 tables and views of the service were used less"
    if use.columns:
        columns = [(clean(each["column"]), each["queries"]) for each in use.columns[:20]]
        yield "\n" + table(("column", "statements"), columns)
    if use.joins:
        yield "\n" + table(("joined with", "statements", "columns"), [_join(each) for each in use.joins])
    yield "\n" + table(
        ("statements", "mean ms", "the most frequent ones"),
        [(each["count"], each["mean_ms"], clean(each["sql"][:500])) for each in use.top],
    )
    days = [(each.day, each.queries, each.reads, each.writes, each.users) for each in use.days]
    yield "\n" + table(("day", "statements", "reads", "writes", "users"), days)


def _join(join: dict[str, Any]) -> tuple[str, int, str]:
    from scheduler.cli.display.render import clean

    pairs = ", ".join(f"{own} = {theirs}" for own, theirs in join["columns"])
    return clean(join["other"]), join["count"], clean(pairs)


def _container(found: ContainerUsage) -> Iterator[str]:
    from scheduler.cli.display.render import clean
    from scheduler.cli.display.tables import table

    yield f"{clean(found.fqn)}  {found.since} to {found.until} ({found.zone}): {found.used} objects were used"
    if found.most:
        rows = [(clean(each.fqn), each.queries, each.last_use) for each in found.most]
        yield "\n" + table(("object", "statements", "last use"), rows)
    if found.accounts:
        fields = ("day", "statements", "resolved", "unresolved", "nameless", "unparsed", "failed", "broken", "users")
        yield "\n" + table(fields, [tuple(each.get(name, 0) for name in fields) for each in found.accounts])


def _idle(found: UnusedObjects) -> Iterator[str]:
    from scheduler.cli.display.render import clean
    from scheduler.cli.display.tables import table

    yield f"{clean(found.service)}  not used from {found.since} to {found.until}: {len(found.objects)} tables and views"
    if found.days_read < found.days:
        yield f"Only {found.days_read} of these days were read."
    if found.objects:
        yield table(("object", "last use"), [(clean(fqn), last or "never seen") for fqn, last in found.objects.items()])
