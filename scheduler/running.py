"""What the commands that run a crawl share: notices, progress, stored recipes' secrets, and the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from scheduler.summary import Progress, Summary


def notify(notices: Iterable[str]) -> None:
    """Tell what the recipe asks for and does not get, one line each, on stderr."""
    from scheduler.render import clean

    for notice in notices:
        click.echo(f"notice: {clean(notice)}", err=True)


@contextmanager
def shown(*, quiet: bool) -> Iterator[Callable[[Progress], None] | None]:
    """A callback that shows progress, put away at the end whatever happens."""
    if quiet:
        yield None
        return
    from scheduler.progress import shower

    shower_ = shower()
    try:
        yield shower_
    finally:
        shower_.close()


def secrets_of(catalog: str, run: str) -> dict[str, str]:
    """Answers to the prompts of a stored run's recipe."""
    from scheduler.options import opened
    from scheduler.prompting import answers
    from workers.ledger import SqlLedger

    with opened(catalog) as db:
        recipe = SqlLedger(db).run(run).recipe
    return answers(recipe)


def finish(summary: Summary, *, as_json: bool, catalog: str) -> int:
    """Print the result of a run; returns the exit code."""
    from scheduler.options import emit, named
    from scheduler.report import report

    if as_json:
        emit(summary.as_json())
        if summary.status == "interrupted":
            click.echo(f"resume with: headrace resume {summary.run}", err=True)
    else:
        click.echo(report(summary, named(catalog)))
    return summary.exit_code
