"""``headrace lineage score``."""

from __future__ import annotations

import click

from scheduler.cli.options import as_json, emit


@click.command()
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.option("--adapter", metavar="CMD", help="Judge this program, which speaks as `parse` does. [default: Headrace]")
@click.option("--deadline", default=60.0, show_default=True, type=click.FloatRange(0.1), help="Seconds per answer.")
@click.option("--misses", is_flag=True, help="Show each wrong answer beside what was expected.")
@as_json
def command(files: tuple[str, ...], adapter: str | None, deadline: float, misses: bool, as_json: bool) -> None:
    """Compare what is told of SQL with what is expected, case by case. Without FILE with the cases that ship.

    \b
    Example:
      headrace lineage score cases.jsonl --adapter "python other.py" --misses
    """
    from scheduler.app.lineage.adapter import LineageAdapter
    from scheduler.app.lineage.parse import own_answers
    from scheduler.app.lineage.score import cases_of, score
    from scheduler.cli.display.tables import table

    with own_answers() as own:
        other = LineageAdapter(adapter, deadline) if adapter is not None else None
        try:
            found = score(cases_of(files), own if other is None else other.answer)
        finally:
            if other is not None:
                other.close()
    told = found.as_json()
    if as_json:
        emit(told)
        return
    rows = [
        ("tables exact", told["tables_exact_percent"], found.tables_exact, found.tables),
        ("columns exact", told["columns_exact_percent"], found.columns_exact, found.columns),
        ("edges found", told["edge_recall_percent"], found.edges_found, found.edges),
        ("edges right", told["edge_precision_percent"], found.edges_found, found.edges_found + found.edges_wrong),
    ]
    shown = [
        (what, "-" if share is None else f"{share} %", f"{part:,} of {whole:,}") for what, share, part, whole in rows
    ]
    click.echo(table(("score", "share", "count"), shown))
    times = told["milliseconds"]
    spent = ", ".join(f"{name} {value} ms" for name, value in times.items())
    click.echo(f"{found.cases:,} cases, {found.errors:,} errors; {spent}")
    for each in found.misses if misses else ():
        click.echo(f"\n{each.id}: {each.part}\n  expected {each.expected}\n  answered {each.answered}")
        if each.error is not None:
            click.echo(f"  error    {each.error}")
