"""``headrace check URL|FILE``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from scheduler.cli.options import as_json, emit

if TYPE_CHECKING:
    from specs.sources.base import Step


@click.command()
@click.argument("source", metavar="URL|FILE")
@click.option("--name", help="The service's name in the catalog; overrides the recipe.")
@as_json
def command(source: str, name: str | None, as_json: bool) -> int:
    """Test the connection step by step, list one scope, and try every sink; nothing is crawled or written.

    Each step shows its evidence and time, and a remedy when it fails.

    \b
    Example:
      headrace check shop.yml
    """
    from scheduler.app.doctor.check_steps import CheckReport, check
    from scheduler.cli.run_commands import notify
    from scheduler.recipes.passwords import load

    loaded = load(source, name=name)
    notify(loaded.notices)
    report = CheckReport(loaded.recipe.service.name, [])
    for step in check(loaded.recipe, loaded.secrets):
        report.steps.append(step)
        if not as_json:
            _print(step)
    if as_json:
        emit(report)
    else:
        click.echo("\nready to crawl" if report.ok else "\nnot ready")
    return 0 if report.ok else 2


def _print(step: Step) -> None:
    from scheduler.cli.display.render import clean, duration
    from scheduler.cli.display.terminal import state

    mark = "ok  " if step.ok else "FAIL"
    click.echo(f"{state(mark.strip(), mark)}  {clean(step.name)}: {clean(step.evidence)}  ({duration(step.seconds)})")
    if step.remedy:
        click.echo(f"      {clean(step.remedy)}")
