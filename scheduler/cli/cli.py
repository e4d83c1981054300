"""The command ``headrace``: a group whose commands are imported when they run, and the place where errors are
printed."""

from __future__ import annotations

import io
import os
import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

import click

from specs.errors import Fatal, HeadraceError

SECTIONS: dict[str, dict[str, str]] = {
    "Crawl": {
        "crawl": "Crawl a source, by recipe or URL, into the catalog.",
        "plan": "Show what a crawl would do, reading no tables.",
        "check": "Test connection and sinks step by step.",
        "init": "Write a commented recipe for a connector.",
        "connectors": "List connectors, or explain one.",
        "new-connector": "Write a working connector skeleton with its test.",
    },
    "Runs": {
        "runs": "List runs.",
        "status": "Show one run, reconciled.",
        "failures": "List the objects and scopes that failed.",
        "cancel": "End an open run now.",
        "pause": "Let a run of a cluster rest.",
        "resume": "Continue an interrupted or paused run.",
        "retry": "Crawl only what failed in a run.",
        "deletions": "Show what a run found gone; approve what waits.",
    },
    "Catalog": {
        "services": "List services: objects, last crawl, state.",
        "search": "Find objects by words.",
        "show": "Show one object.",
        "tree": "Show what lies below an object.",
        "diff": "Show what changed, field by field.",
        "changes": "Print the change feed.",
        "export": "Write the catalog as JSON lines, or its JSON Schema.",
        "undelete": "Bring back an object that was deleted.",
    },
    "Lineage": {
        "lineage": "Show what feeds an object, and what it feeds.",
        "impact": "Show what a change of an object or column reaches.",
    },
    "Usage": {
        "usage": "Show who uses an object, and how; and what nobody uses.",
    },
    "Cluster": {
        "up": "Start a whole cluster on this machine.",
        "top": "Watch a cluster: runs, workers, queue, trouble.",
        "enqueue": "Hand a recipe to the workers of a cluster.",
        "schedule": "Crawl by the clock: add, list, pause, remove, run.",
        "scheduler": "Serve a cluster: schedules, healing, closing of runs.",
        "worker": "Serve a cluster: read sources.",
        "flusher": "Serve a cluster: store what workers read.",
        "publisher": "Serve a cluster: feed external sinks.",
        "dead": "What external sinks refused: list it, send it again.",
    },
    "Housekeeping": {
        "doctor": "Examine this installation, the catalog and the cluster.",
        "gc": "Drop old change events and run details.",
        "forget": "Remove a service from the catalog.",
        "completion": "Print shell completion code.",
    },
}
PROCESSES = ("scheduler", "worker", "flusher", "publisher")
"""Commands that run as long-lived processes beside each other; their error messages begin with their name."""
COMMANDS = {name: text for section in SECTIONS.values() for name, text in section.items()}
ROOMS = {"Crawl": "crawls"}
"""Folders of ``scheduler.cli.commands`` that are not called like their section."""


def module_of(command: str) -> str:
    """The module that holds a command: the folder of its section, or ``processes``."""
    title = next(title for title, commands in SECTIONS.items() if command in commands)
    room = "processes" if command in PROCESSES else ROOMS.get(title, title.lower())
    return f"scheduler.cli.commands.{room}.{command.replace('-', '_')}"


class Lazy(click.Group):
    """Knows its commands by name; a command's module is imported when it is run or explained."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        found: click.Command = import_module(module_of(cmd_name)).command
        found.short_help = COMMANDS[cmd_name]
        return found

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl(list(commands.items()), col_max=16)


def _version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if value:
        from importlib.metadata import version

        click.echo(f"headrace {version('headrace')}")
        ctx.exit()


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version.")
def cli() -> None:
    """Crawl databases into a catalog, and account for every object.

    \b
    Example:
      headrace crawl postgresql://crawler@db/shop
      headrace search orders
    """


def main() -> NoReturn:
    """Entry point of the command; exits the process."""
    if os.getcwd() not in sys.path:
        sys.path.append(os.getcwd())  # connectors of one's own (module:attribute); last, so that they hide nothing
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # names come in any script, whatever the locale
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    process = next((each for each in sys.argv[1:2] if each in (*PROCESSES, "up")), "")
    if process and "--json" in sys.argv:
        from workers.process.logs import setup

        setup(as_json=True, kind=process)  # before all else: what is wrong with settings and options is JSON, too
    code = run(sys.argv[1:])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # all is said: one more Ctrl-C must not end it with a traceback
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """Run one command line; returns the exit code. Errors become one line on stderr."""
    if not _text(arguments):
        click.echo("error: an argument is not UTF-8 text", err=True)
        return 1
    try:
        code = cli.main(args=list(arguments), prog_name="headrace", standalone_mode=False)
        sys.stdout.flush()
    except Exception as error:
        if isinstance(error, BrokenPipeError):
            return _quiet()
        return _told(error, next((each for each in arguments[:1] if each in PROCESSES), ""))
    except KeyboardInterrupt:
        click.echo("interrupted", err=True)
        return 130
    except SystemExit:  # click ends so when the reader of our output goes away
        return _quiet()
    return code if isinstance(code, int) else 0


def _text(arguments: Sequence[str]) -> bool:
    try:
        "".join(arguments).encode()
    except UnicodeEncodeError:
        return False
    return True


def _told(error: Exception, process: str) -> int:
    if isinstance(error, click.exceptions.Exit):
        return error.exit_code
    if isinstance(error, click.Abort):
        click.echo("interrupted", err=True)
        return 130
    if isinstance(error, click.ClickException):
        error.show()
        return 1
    if os.environ.get("HEADRACE_DEBUG"):
        import traceback

        traceback.print_exc()
    from scheduler.cli.display.render import clean

    if isinstance(error, HeadraceError):
        named = f"{process}: " if process else ""
        click.echo(f"error: {named}{clean(str(error))}", err=True)
        return _code(error)
    text = str(error).splitlines()[:1]
    summary = clean(": ".join([type(error).__name__, *text]))
    click.echo(f"internal error: {summary} (set HEADRACE_DEBUG=1 for the traceback)", err=True)
    return 70


def _code(error: HeadraceError) -> int:
    """The exit code of an error: 4 when the catalog or a sink cannot be written, 2 when a source did not answer."""
    if error.exit_code != 1 and error.reason in ("catalog", "sink"):
        return 4
    return error.exit_code if isinstance(error, Fatal) else 2


def _quiet() -> int:
    """Redirect output to nowhere, because its reader has ended (``| head``): no message, and no second error at
    exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 141
