"""The usage of a table in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scheduler.app.usage.buckets import added_up, first_day
from specs import names
from workers.catalog.questions.usage import UsageBuckets
from workers.store.database import open_database

if TYPE_CHECKING:
    from collections.abc import Iterable

    from workers.catalog import Entry
    from workers.store.database import SqlDatabase

DAYS = 30
"""Days that are added up; they end with the last one that was read."""


def usage_lines(catalog: str, found: Iterable[Entry]) -> dict[str, str]:
    """How tables and views were used, in one line by type; nothing where no usage was read."""
    with open_database(catalog, create=False) as db:
        told = {each.type: one_line(db, each.fqn) for each in found if each.type == "Table"}
    return {type_: line for type_, line in told.items() if line}


def one_line(db: SqlDatabase, fqn: str) -> str:
    """The usage of a table in one line; empty where none was read."""
    service, *path = names.split(fqn)
    buckets = UsageBuckets(db, service)
    accounts = buckets.days()
    if not accounts:
        return ""
    since = first_day(accounts[-1]["day"], DAYS)
    use = added_up(buckets.of(names.build(*path), since))
    if not use.queries:
        return f"not used from {max(since, accounts[0]['day'])} to {accounts[-1]['day']}"
    users = f" by {use.users} user{'' if use.users == 1 else 's'}" if use.users else ""
    return f"{use.queries} statements{users} since {use.days[0].day}, last on {use.days[-1].day}"
