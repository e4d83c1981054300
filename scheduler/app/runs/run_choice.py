"""The run that a command is about: by its id, the beginning or end of its id, or the latest."""

from __future__ import annotations

from collections.abc import Callable

from specs.errors import UsageError
from specs.recipe.secrets import prompts
from workers.ledger import SqlLedger
from workers.store.database import open_database

LATEST = "latest"


def chosen(catalog: str, given: str | None, service: str | None = None) -> str:
    """The id of the run that is meant in the catalog at a URL; see ``choose``."""
    with open_database(catalog, create=False) as db:
        return choose(SqlLedger(db), given, service)


def choose(ledger: SqlLedger, given: str | None, service: str | None) -> str:
    """The id of a run. ``given`` is an id, the beginning or end of one, ``latest`` or nothing, which is the same.

    Raises ``UsageError`` where there is no such run, with the latest ones, or more than one, with those.
    """
    if given is None or given == LATEST:
        runs = ledger.runs(service, 1)
        if not runs:
            of = f" of service {service}" if service else ""
            raise UsageError(f"there is no run{of} yet", remedy="see: headrace runs", reason="unknown")
        return runs[0].id
    found = ledger.runs_like(given, service) if given else []
    if given in found or len(found) == 1:
        return given if given in found else found[0]
    if found:
        several = ", ".join(found[:5]) + (", ..." if len(found) > 5 else "")
        raise UsageError(f"several runs are called {given!r}", several, "write more of it", reason="unknown")
    return ledger.run(given).id


def recent(catalog: str, service: str | None = None) -> list[str]:
    """What ``choose`` takes for the latest runs: ``latest``, and their ids."""
    with open_database(catalog, create=False) as db:
        return [LATEST, *(run.id for run in SqlLedger(db).runs(service, 50))]


def answered(
    catalog: str, given: str, check: Callable[[SqlLedger, str], object], ask: Callable[[str], str]
) -> tuple[str, dict[str, str]]:
    """The id of a run, and the answers to the prompts of its recipe. A person is asked only after ``check`` has
    accepted the run."""
    with open_database(catalog, create=False) as db:
        ledger = SqlLedger(db)
        run = ledger.run(choose(ledger, given, None))
        check(ledger, run.id)
    return run.id, {name: ask(name) for name in prompts([run.recipe.get("connection"), run.recipe.get("sinks")])}
