"""``headrace plan URL|FILE``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from scheduler.cli.options import as_json, catalog, emit, only_parts

if TYPE_CHECKING:
    from scheduler.app.plan import Plan


@click.command()
@click.argument("source", metavar="URL|FILE")
@click.option("--name", help="The service's name in the catalog; overrides the recipe.")
@only_parts
@click.option(
    "--units", type=click.IntRange(0), help="Units to list, the largest first. [default: 20; all with --json]"
)
@catalog
@as_json
def command(
    source: str, name: str | None, only: tuple[str, ...], units: int | None, catalog: str, as_json: bool
) -> int:
    """Expand a crawl without reading tables: units, statements, expected rows, what each filter keeps and drops.
    Lineage is planned by what the catalog holds.

    \b
    Example:
      headrace plan shop.yml
    """
    from scheduler.app.plan import plan
    from scheduler.cli.run_commands import notify
    from scheduler.recipes.passwords import load

    loaded = load(source, name=name, only=only)
    notify(loaded.notices)
    made = plan(loaded.recipe, loaded.secrets, catalog)
    if as_json:
        emit(made.as_json(units))
    else:
        _print(made, 20 if units is None else units)
    return 3 if made.incomplete else 0


def _print(plan: Plan, units: int) -> None:
    from scheduler.cli.display.render import clean, number
    from scheduler.cli.display.tables import table, with_parts

    click.echo(f"{clean(plan.service)} ({plan.type}): {number(len(plan.units))} units,", nl=False)
    click.echo(f" about {number(plan.statements)} statements, {number(plan.rows)} objects\n")
    rows = [(type_, t.listed, t.kept, t.filtered, t.failed) for type_, t in sorted(plan.entities.items())]
    click.echo(table(("type", "listed", "kept", "filtered", "failed"), rows))
    if plan.filters:
        click.echo("\nWhat the filters drop:\n")
        dropped = [(rule.type, rule.rule, rule.count, ", ".join(rule.samples)) for rule in plan.filters]
        click.echo(table(("type", "rule", "drops", "for example"), dropped))
    if plan.idle_filters:
        click.echo(f"\nFilters that make no difference: {', '.join(clean(each) for each in plan.idle_filters)}")
    largest = sorted(plan.units, key=lambda unit: -unit.objects)[:units]
    if largest:
        click.echo(f"\n{'Units' if len(largest) == len(plan.units) else 'The largest units'}:\n")
        lines = [(u.node, u.scope, _span(u.after, u.until), u.objects, u.statements) for u in largest]
        click.echo(table(*with_parts(("node", "scope", "range", "objects", "statements"), lines, largest)))
    for scope in plan.incomplete:
        click.echo(f"incomplete: {clean(scope['scope'])}, {_node(scope)}: {clean(scope['reason'])}")
    for part in plan.later:
        click.echo(f"{part}: read when the metadata is stored, without a statement to the source")
    click.echo(f"\nPlanning sent {number(plan.spent)} statements.")


def _node(scope: dict[str, str]) -> str:
    from specs.service_spec import METADATA

    return scope["node"] if scope["part"] == METADATA else f"{scope['node']} ({scope['part']})"


def _span(after: str | None, until: str | None) -> str:
    return "" if after is None and until is None else f"({after or '...'}, {until or '...'}]"
