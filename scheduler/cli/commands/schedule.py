"""``headrace schedule add|list|pause|unpause|remove|run``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from scheduler.cli.options import as_json, catalog, emit

if TYPE_CHECKING:
    from workers.schedules import Fire, Schedule

F = TypeVar("F", bound=Callable[..., Any])
RECENT = 20


class Duration(click.ParamType[float]):
    """Seconds, from ``90s``, ``10m``, ``6h``, ``1d``."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        from specs.config import seconds

        try:
            return float(seconds(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


name_argument = click.argument("name")


@click.group(short_help="Crawl by the clock: add, list, pause, remove, run.")
def command() -> None:
    """Crawl by the clock. `headrace scheduler` fires what is due, the workers of the cluster do the work.

    \b
    Example:
      headrace schedule add nightly shop.yml --cron "0 3 * * *" --zone Europe/Berlin
      headrace schedule list --json
    """


@command.command()
@name_argument
@click.argument("source", metavar="URL|FILE")
@click.option("--cron", required=True, help='When: minute, hour, day, month, weekday, such as "0 3 * * *"; or @daily.')
@click.option("--zone", default="UTC", show_default=True, help="The time zone of --cron, such as Europe/Berlin.")
@click.option("--jitter", type=Duration(), default="0s", show_default=True, help="Start up to that much later.")
@click.option(
    "--overlap", default="skip", show_default=True, type=click.Choice(["skip", "queue", "cancel"]),
    help="While a run of the service is open: leave the time out, let one wait, or cancel that run.",
)  # fmt: skip
@click.option(
    "--catch-up", default="last", show_default=True, type=click.Choice(["none", "last", "all"]),
    help="Which times to make up for when no scheduler ran; all: 100 at most, one after the other.",
)  # fmt: skip
@click.option("--deadline", type=Duration(), help="Cancel a run that takes longer. [default: never]")
@click.option("--replace", is_flag=True, help="Overwrite the schedule of that name.")
@catalog
def add(
    name: str, source: str, cron: str, zone: str, jitter: float, overlap: Any, catch_up: Any,
    deadline: float | None, replace: bool, catalog: str,
) -> None:  # fmt: skip
    """Run a recipe at the times of a cron expression. It is stored as it is now, with references for secrets.

    A time that the clock skips in spring comes right after the gap; one that it shows twice in autumn counts once.

    \b
    Example:
      headrace schedule add nightly shop.yml --cron "0 3 * * *" --zone Europe/Berlin --jitter 10m
    """
    from scheduler.cli.run_commands import notify
    from scheduler.control.openings import typed, untyped
    from scheduler.recipes.loader import load

    _needed()

    def nobody(asked: str) -> str:
        raise typed(asked)

    loaded = load(source, nobody, away=True)
    untyped(loaded.recipe)  # before a notice says that it will be asked for
    notify(loaded.notices)

    import time

    from scheduler.cli.display.render import moment
    from scheduler.control.crew import missing
    from scheduler.control.schedules import times
    from scheduler.control.schedules.additions import checked
    from workers.schedules import Schedules
    from workers.store.database import open_database

    made = checked(name, loaded.recipe, cron, zone, jitter, overlap, catch_up, deadline)
    db = open_database(catalog)
    try:
        Schedules(db).add(made, replace=replace)
        notify(missing(db, ("scheduler",)))
    finally:
        db.close()
    upcoming = times.upcoming(made, made.created_at)
    zone_here = time.strftime("%Z", time.localtime(upcoming))
    click.echo(f"{name}: next at {moment(upcoming)} {zone_here}")


@command.command("list")
@click.argument("name", required=False)
@catalog
@as_json
def list_(name: str | None, catalog: str, as_json: bool) -> None:
    """List schedules, each with its next time and what became of the last one; with NAME its latest times.

    \b
    Example:
      headrace schedule list nightly
    """
    _needed()
    import time

    from scheduler.cli.options import opened
    from workers.schedules import Schedules

    with opened(catalog) as db:
        schedules = Schedules(db)
        chosen = schedules.all() if name is None else [schedules.get(name)]
        fires = {each.name: schedules.fires(each.name, 1 if name is None else RECENT) for each in chosen}
    now = time.time()
    if as_json:
        emit([_json(each, fires[each.name], now) for each in chosen])
    elif name is None:
        click.echo(_table(chosen, fires, now))
    else:
        click.echo(_times(fires[name]))


@command.command()
@name_argument
@catalog
def pause(name: str, catalog: str) -> None:
    """Stop firing a schedule until it is unpaused. A run that it opened goes on (see: headrace cancel)."""
    _change(catalog, name, "paused", lambda schedules, now: schedules.pause(name, paused=True, now=now))


@command.command()
@name_argument
@catalog
def unpause(name: str, catalog: str) -> None:
    """Fire a schedule again. The times that passed meanwhile are not made up for."""
    _change(catalog, name, "at work", lambda schedules, now: schedules.pause(name, paused=False, now=now))


@command.command()
@name_argument
@catalog
def remove(name: str, catalog: str) -> None:
    """Forget a schedule. A run that it opened goes on (see: headrace cancel)."""
    _change(catalog, name, "removed", lambda schedules, now: schedules.remove(name))


@command.command("run")
@name_argument
@catalog
@as_json
def run_(name: str, catalog: str, as_json: bool) -> None:
    """Fire a schedule now, also a paused one; its overlap policy holds. Prints the run.

    \b
    Example:
      headrace schedule run nightly
    """
    _needed()
    from scheduler.cli.options import opened
    from scheduler.cli.run_commands import notify
    from scheduler.control.crew import missing
    from scheduler.control.schedules.fires import Firing
    from specs.errors import UsageError
    from workers.schedules import Schedules

    with opened(catalog) as db:
        fire = Firing(Schedules(db)).now(name)
        absent = missing(db)
    if fire.outcome == "skipped":
        raise UsageError(f"not started: {fire.reason}", remedy="wait for its end, or: headrace cancel RUN")
    notify(absent)
    if as_json:
        emit(fire._asdict())
    else:
        click.echo(fire.run or f"{fire.outcome}: {fire.reason}")


def _needed() -> None:
    from scheduler.cli.cluster_options import needed

    needed()


def _change(catalog: str, name: str, done: str, act: Callable[[Any, float], None]) -> None:
    _needed()
    import time

    from scheduler.cli.options import opened
    from workers.schedules import Schedules

    with opened(catalog) as db:
        act(Schedules(db), time.time())
    click.echo(f"{name}: {done}")


def _json(schedule: Schedule, fires: list[Fire], now: float) -> dict[str, Any]:
    import json

    from scheduler.control.schedules import times

    found = schedule._asdict() | {"recipe": json.loads(schedule.recipe)}
    return found | {"next": _next(times, schedule, now), "fires": [fire._asdict() for fire in fires]}


def _next(times: Any, schedule: Schedule, now: float) -> float | None:
    return None if schedule.paused else times.upcoming(schedule, now)


def _table(schedules: list[Schedule], fires: dict[str, list[Fire]], now: float) -> str:
    import json

    from scheduler.cli.display.render import moment
    from scheduler.cli.display.tables import table
    from scheduler.control.schedules import times

    rows = []
    for each in schedules:
        service = json.loads(each.recipe)["service"]["name"]
        last = fires[each.name][0] if fires[each.name] else None
        upcoming = "paused" if each.paused else moment(_next(times, each, now))
        told = (moment(last.fire_time), last.outcome, last.run or last.reason) if last else (None, None, None)
        rows.append((each.name, service, each.cron, each.zone, upcoming, *told))
    head = ("name", "service", "cron", "zone", "next", "last", "outcome", "run")
    return table(head, rows) if rows else "no schedules yet"


def _times(fires: list[Fire]) -> str:
    from scheduler.cli.display.render import moment
    from scheduler.cli.display.tables import table

    rows = [(moment(each.fire_time), each.outcome, each.run, each.reason) for each in fires]
    return table(("time", "outcome", "run", "reason"), rows) if rows else "not fired yet"
