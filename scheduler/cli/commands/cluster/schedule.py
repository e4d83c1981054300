"""``headrace schedule add|list|pause|unpause|remove|run``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from scheduler.cli.options import as_json, catalog, emit, only_parts

if TYPE_CHECKING:
    from scheduler.app.schedules import ScheduleStatus

F = TypeVar("F", bound=Callable[..., Any])


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


@click.group()
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
@only_parts
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
    name: str, source: str, only: tuple[str, ...], cron: str, zone: str, jitter: float, overlap: Any, catch_up: Any,
    deadline: float | None, replace: bool, catalog: str,
) -> None:  # fmt: skip
    """Run a recipe at the times of a cron expression. It is stored as it is now, with references for secrets.

    A time that the clock skips in spring comes right after the gap; one that it shows twice in autumn counts once.

    \b
    Example:
      headrace schedule add nightly shop.yml --cron "0 3 * * *" --zone Europe/Berlin --jitter 10m
    """
    _needed()
    from scheduler.cli.run_commands import notify
    from scheduler.control.openings import load_for_cluster

    loaded = load_for_cluster(source, only=only)
    notify(loaded.notices)

    import time

    from scheduler.app import schedules
    from scheduler.cli.display.render import moment
    from scheduler.control.schedules.additions import checked

    made = checked(name, loaded.recipe, cron, zone, jitter, overlap, catch_up, deadline)
    added = schedules.add(catalog, made, replace=replace)
    notify(added.notices)
    zone_here = time.strftime("%Z", time.localtime(added.next))
    click.echo(f"{name}: next at {moment(added.next)} {zone_here}")


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
    from scheduler.app.schedules import schedules

    found = schedules(catalog, name)
    if as_json:
        emit(found)
    elif name is None:
        click.echo(_table(found))
    else:
        click.echo(_times(found[0]))


@command.command()
@name_argument
@catalog
def pause(name: str, catalog: str) -> None:
    """Stop firing a schedule until it is unpaused. A run that it opened goes on (see: headrace cancel)."""
    _needed()
    from scheduler.app import schedules

    schedules.pause(catalog, name, paused=True)
    click.echo(f"{name}: paused")


@command.command()
@name_argument
@catalog
def unpause(name: str, catalog: str) -> None:
    """Fire a schedule again. The times that passed meanwhile are not made up for."""
    _needed()
    from scheduler.app import schedules

    schedules.pause(catalog, name, paused=False)
    click.echo(f"{name}: at work")


@command.command()
@name_argument
@catalog
def remove(name: str, catalog: str) -> None:
    """Forget a schedule. A run that it opened goes on (see: headrace cancel)."""
    _needed()
    from scheduler.app import schedules

    schedules.remove(catalog, name)
    click.echo(f"{name}: removed")


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
    from scheduler.app.schedules import fire
    from scheduler.cli.run_commands import notify

    fired = fire(catalog, name)
    notify(fired.notices)
    if as_json:
        emit(fired)
    else:
        click.echo(fired.fire.run or f"{fired.fire.outcome}: {fired.fire.reason}")


def _needed() -> None:
    from scheduler.cli.cluster_options import needed

    needed()


def _table(schedules: list[ScheduleStatus]) -> str:
    from scheduler.cli.display.render import moment
    from scheduler.cli.display.tables import table

    rows = []
    for each in schedules:
        plan, last = each.schedule, each.fires[0] if each.fires else None
        upcoming = "paused" if plan.paused else moment(each.next)
        told = (moment(last.fire_time), last.outcome, last.run or last.reason) if last else (None, None, None)
        only = ", ".join(each.recipe.get("extract", {}).get("only", ())) or "all"
        rows.append((plan.name, each.recipe["service"]["name"], only, plan.cron, plan.zone, upcoming, *told))
    head = ("name", "service", "parts", "cron", "zone", "next", "last", "outcome", "run")
    return table(head, rows) if rows else "no schedules yet"


def _times(status: ScheduleStatus) -> str:
    from scheduler.cli.display.render import moment
    from scheduler.cli.display.tables import table

    rows = [(moment(each.fire_time), each.outcome, each.run, each.reason) for each in status.fires]
    return table(("time", "outcome", "run", "reason"), rows) if rows else "not fired yet"
