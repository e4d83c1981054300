"""``headrace check URL|FILE``."""

from __future__ import annotations

from typing import Any

import click

from scheduler.cli.options import as_json, emit


@click.command(short_help="Test connection and sinks step by step.")
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
    from scheduler.app.doctor.check_steps import steps
    from scheduler.cli.run_commands import notify
    from scheduler.recipes.passwords import load
    from workers.unit.source.sources import build

    loaded = load(source, name=name)
    notify(loaded.notices)
    opened = build(loaded.recipe, loaded.secrets)
    told: list[dict[str, Any]] = []
    try:
        for step in steps(opened, loaded.recipe, loaded.secrets):
            told.append(
                {
                    "name": step.name,
                    "ok": step.ok,
                    "evidence": step.evidence,
                    "seconds": round(step.seconds, 4),
                    "remedy": step.remedy,
                }
            )
            if not as_json:
                _print(told[-1])
    finally:
        opened.close()
    ok = bool(told) and all(step["ok"] for step in told)
    if as_json:
        emit({"service": loaded.recipe.service.name, "ok": ok, "steps": told})
    else:
        click.echo("\nready to crawl" if ok else "\nnot ready")
    return 0 if ok else 2


def _print(step: dict[str, Any]) -> None:
    from scheduler.cli.display.render import clean, duration
    from scheduler.cli.display.terminal import state

    mark = "ok  " if step["ok"] else "FAIL"
    click.echo(
        f"{state(mark.strip(), mark)}  {clean(step['name'])}: {clean(step['evidence'])}  ({duration(step['seconds'])})"
    )
    if step["remedy"]:
        click.echo(f"      {clean(step['remedy'])}")
