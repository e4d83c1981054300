"""``headrace changes``."""

from __future__ import annotations

import json

import click

from scheduler.options import as_json, catalog, opened


@click.command(short_help="Print the change feed.")
@click.option("--since", default=0, metavar="SEQ", type=click.IntRange(0), help="Only events after this number.")
@click.option("--run", help="Only events of this run.")
@click.option("--limit", default=1000, show_default=True, type=click.IntRange(1), help="Events to print.")
@catalog
@as_json
def command(since: int, run: str | None, limit: int, catalog: str, as_json: bool) -> None:
    """Print the change feed: numbered without gaps, in the order of commits. With --json, one event a line.

    \b
    Example:
      headrace changes --since 1200 --json
    """
    from scheduler.display.events import told
    from scheduler.display.render import moment
    from workers.catalog import Catalog

    with opened(catalog) as db:
        found = Catalog(db)
        while limit > 0:
            page = found.changes(since, run=run, limit=min(limit, 1000))
            for each in page:
                if as_json:
                    click.echo(json.dumps(each.as_json(), ensure_ascii=False))
                else:
                    first, *rest = told(each.kind, each.type, each.fqn, each.diff)
                    click.echo("\n".join([f"{each.seq}  {moment(each.at)}  {first}", *rest]))
            if not page:
                break
            since, limit = page[-1].seq, limit - len(page)
