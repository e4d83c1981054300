"""Functions that the commands that run a crawl share: notices, progress, and the final report."""

from __future__ import annotations

import shlex
import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from scheduler.app.runs.summary import Summary
    from scheduler.cli.display.progress import Picture, ProgressLines


def notify(notices: Iterable[str]) -> None:
    """Print the notices about a recipe on stderr, one line each."""
    from scheduler.cli.display.render import clean

    for notice in notices:
        click.echo(f"notice: {clean(notice)}", err=True)


@contextmanager
def resume_hint(catalog: str) -> Iterator[None]:
    """While a run is crawled and its result printed: an interruption, or a catalog that fails, says how to resume."""
    from specs.errors import HeadraceError

    try:
        yield
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # this process ends now, and says how to go on
        resume = _resume(catalog)
        if resume:
            click.echo(f"resume with: {resume}", err=True)
        raise
    except HeadraceError as error:
        resume = _resume(catalog) if error.reason == "catalog" else ""
        if resume:
            error.remedy = f"{error.remedy}; then: {resume}" if error.remedy else resume
        raise


@contextmanager
def shown(*, quiet: bool) -> Iterator[ProgressLines | Picture | None]:
    """Yields a callback that shows progress, which is removed from the terminal at the end; with ``quiet``, none."""
    if quiet:
        yield None
        return
    from scheduler.cli.display.progress import shower

    show = shower()
    try:
        yield show
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the picture has to be wiped before more is printed
        raise
    finally:
        show.close()


def _resume(catalog: str) -> str:
    """The command that resumes the run of this process, if it can be resumed and the catalog answers."""
    from scheduler.app.history.runs import left_over
    from specs.errors import HeadraceError

    try:
        left = left_over(catalog)
    except HeadraceError:
        return ""
    return _command("resume", left, catalog) if left else ""


def _command(name: str, run: str, catalog: str) -> str:
    """A follow-up command, with the catalog where it is not the default."""
    from scheduler.app.catalog.catalog_place import named

    extra = named(catalog)
    return f"headrace {name} {run}{f' --catalog {shlex.quote(extra)}' if extra else ''}"


def finish(summary: Summary, *, as_json: bool, catalog: str) -> int:
    """Print the result of a run; returns the exit code."""
    from scheduler.app.catalog.catalog_place import named
    from scheduler.cli.display.render import clean
    from scheduler.cli.options import emit

    if as_json:
        emit(summary, line=True)
        if summary.status == "interrupted":
            click.echo(f"resume with: {_command('resume', summary.run, catalog)}", err=True)
        for error in summary.sink_errors:
            click.echo(f"sink failed: {clean(error)}", err=True)
    else:
        from scheduler.cli.display.report import report

        click.echo(report(summary, named(catalog)))
    if summary.status == "failed" and summary.reason:
        click.echo(f"error: {clean(summary.reason)}", err=True)
    return summary.exit_code
