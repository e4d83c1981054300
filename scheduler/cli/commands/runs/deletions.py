"""``headrace deletions RUN``."""

from __future__ import annotations

import shlex
from collections import Counter

import click

from scheduler.app.catalog.catalog_place import named
from scheduler.cli.options import as_json, emit, run_argument


@click.command()
@run_argument()
@click.option("--approve", is_flag=True, help="Apply what waits because it is above the cap of the recipe.")
@click.option("--doubtful", is_flag=True, help="With --approve: what is in doubt because our grants changed, too.")
@as_json
def command(run: str, approve: bool, doubtful: bool, catalog: str, as_json: bool) -> None:
    """Show every object that a run no longer saw, what the source answered when asked by name, and what became of it.

    An object goes missing when the source says no, and is deleted when it says no in a later run too. Where a source
    hides what we may not see, changed grants put absence in doubt until the object or the old grants are back.

    \b
    Examples:
      headrace deletions 20261122-211530-shop_prod-x7f3
      headrace deletions 20261122-211530-shop_prod-x7f3 --approve
    """
    from scheduler.app.history.deletions import deletions
    from scheduler.cli.display.render import number
    from scheduler.cli.display.tables import table

    found = deletions(catalog, run, approve=approve, doubtful=doubtful)
    if as_json:
        emit(found)
        return
    if approve:
        counts = ", ".join(f"{number(n)} {type_}" for type_, n in sorted(found.approved.items()))
        click.echo(f"approved: {counts or 'nothing waited'}\n")
    rows = [(each.type, each.fqn, each.outcome, each.verdict, each.cause) for each in found.deletions]
    click.echo(table(("type", "object", "outcome", "source says", "because of"), rows) if rows else "nothing is gone")
    extra = f" --catalog {shlex.quote(named(catalog))}" if named(catalog) else ""
    open_ = Counter(each.outcome for each in found.deletions if not each.applied)
    if open_["waiting"]:
        click.echo(f"\n{number(open_['waiting'])} wait for approval: headrace deletions {run} --approve{extra}")
    if open_["doubt"]:
        click.echo(
            f"\n{number(open_['doubt'])} are in doubt, since our grants changed; when you know that they are gone:"
            f" headrace deletions {run} --approve --doubtful{extra}"
        )
