"""``headrace check URL|FILE``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from scheduler.options import as_json, emit

if TYPE_CHECKING:
    from specs.sources.base import Source, Step


@click.command(short_help="Test the connection step by step.")
@click.argument("source", metavar="URL|FILE")
@click.option("--name", help="The service's name in the catalog; overrides the recipe.")
@as_json
def command(source: str, name: str | None, as_json: bool) -> int:
    """Test the connection step by step; each step shows its evidence and time, and a remedy when it fails.

    \b
    Example:
      headrace check shop.yml
    """
    from scheduler.recipes.loading import load
    from scheduler.recipes.prompting import ask
    from scheduler.running import notify
    from workers.sources import build

    loaded = load(source, ask, name=name)
    notify(loaded.notices)
    opened = build(loaded.recipe, loaded.secrets)
    steps: list[dict[str, Any]] = []
    try:
        for step in _steps(opened):
            steps.append(
                {
                    "name": step.name,
                    "ok": step.ok,
                    "evidence": step.evidence,
                    "seconds": round(step.seconds, 4),
                    "remedy": step.remedy,
                }
            )
            if not as_json:
                _print(steps[-1])
    finally:
        opened.close()
    ok = bool(steps) and all(step["ok"] for step in steps)
    if as_json:
        emit({"service": loaded.recipe.service.name, "ok": ok, "steps": steps})
    else:
        click.echo("\nready to crawl" if ok else "\nnot ready")
    return 0 if ok else 2


def _steps(source: Source) -> Iterator[Step]:
    """The connector's steps; an error that escapes one is a failed step too."""
    from specs.errors import HeadraceError
    from specs.sources.base import Step

    try:
        yield from source.check()
    except HeadraceError as error:
        yield Step("connect", False, error.what, remedy=error.remedy)


def _print(step: dict[str, Any]) -> None:
    from scheduler.display.render import clean, duration
    from scheduler.display.terminal import state

    mark = "ok  " if step["ok"] else "FAIL"
    click.echo(
        f"{state(mark.strip(), mark)}  {clean(step['name'])}: {clean(step['evidence'])}  ({duration(step['seconds'])})"
    )
    if step["remedy"]:
        click.echo(f"      {clean(step['remedy'])}")
