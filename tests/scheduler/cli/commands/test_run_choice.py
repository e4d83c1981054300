"""Runs are named by ``latest``, by their beginning or end, or not at all; the shell knows runs, services and names."""

from __future__ import annotations

import time
from collections.abc import Iterator

import click
import pytest
from click.shell_completion import ShellComplete

from scheduler.app.runs.run_choice import choose
from scheduler.cli.cli import cli
from specs.contracts.assignment import Opening
from specs.errors import UsageError
from specs.topology.events import Start
from specs.topology.scope import Scope
from tests.scheduler.cli.commands.calling import Estate
from workers.ledger import SqlLedger
from workers.store.database import open_database

YEARS = 3e8


@pytest.fixture
def ledger() -> Iterator[SqlLedger]:
    db = open_database("sqlite://")
    yield SqlLedger(db)
    db.close()


def opened(ledger: SqlLedger, service: str, now: float) -> str:
    root = Start("service", Scope.of(service), [service, service, {}, None])
    return ledger.open_run(Opening(service, "fake", {}, (root,), slots=1, deletes=False), now=now).id


def test_a_run_by_its_beginning_its_end_and_as_the_latest(ledger: SqlLedger) -> None:
    now = time.time()
    first, second = opened(ledger, "shop", now), opened(ledger, "crm", now + 86_400)
    assert choose(ledger, None, None) == choose(ledger, "latest", None) == second
    assert choose(ledger, None, "shop") == choose(ledger, "latest", "shop") == first
    assert choose(ledger, first[:15], None) == choose(ledger, first[-4:], None) == choose(ledger, first, None) == first
    assert choose(ledger, second[:9], None) == second
    with pytest.raises(UsageError, match=rf"several runs are called '20' .{second}, {first}.; write more of it"):
        choose(ledger, "20", None)
    assert choose(ledger, "20", "shop") == first
    with pytest.raises(UsageError, match="unknown run 'nope'"):
        choose(ledger, "nope", None)
    with pytest.raises(UsageError, match="there is no run of service other yet"):
        choose(ledger, None, "other")


def test_a_clock_that_jumped_does_not_own_the_latest(ledger: SqlLedger) -> None:
    now = time.time()
    ahead = opened(ledger, "shop", now + YEARS)
    ledger.end(ahead, state="failed", reason="", now=now + YEARS)
    right = opened(ledger, "shop", now)
    assert [run.id for run in ledger.runs()] == [right, ahead]
    assert choose(ledger, None, None) == right


@pytest.mark.parametrize("command", ["status", "failures", "deletions"])
def test_commands_mean_the_last_run_where_none_is_named(command: str, estate: Estate) -> None:
    named = estate.ask(command, estate.last)
    for words in ((), ("latest",), ("--service", "shop"), (estate.last[-4:],)):
        done = estate.ask(command, *words)
        assert (done.code, done.out) == (named.code, named.out)
        assert done.err == f"run: {estate.last}\n"
    assert estate.ask(command, "--service", "other").code == 1
    assert estate.ask(command, "--json").err == ""


def test_runs_in_options(estate: Estate) -> None:
    assert estate.ask("changes", "--run", "latest").out == estate.ask("changes", "--run", estate.last).out
    assert estate.ask("diff", "--since", estate.first[-4:]).out == estate.ask("diff", "--since", estate.first).out


@pytest.mark.parametrize("command", ["cancel", "pause"])
def test_what_cannot_be_undone_wants_a_name(command: str, estate: Estate) -> None:
    done = estate.ask(command)
    assert done.code == 1
    assert "name the run, or say latest" in done.err
    assert f"run {estate.last} is partial" in estate.ask(command, "latest").err


def completed(estate: Estate, *words: str, begun: str = "") -> list[str]:
    complete = ShellComplete(cli, {}, "headrace", "_HEADRACE_COMPLETE")
    found = complete.get_completions([words[0], "--catalog", estate.catalog, *words[1:]], begun)
    return [each.value for each in found]


def test_the_shell_knows_runs_services_and_names(estate: Estate) -> None:
    for command in ("status", "failures", "retry", "deletions", "resume", "cancel", "pause"):
        assert completed(estate, command) == ["latest", estate.last, estate.first]
    assert completed(estate, "status", begun="la") == ["latest"]
    assert completed(estate, "diff", "--since") == ["latest", estate.last, estate.first]
    for words in (("runs", "--service"), ("export", "--service"), ("status", "--service"), ("forget",)):
        assert completed(estate, *words) == ["shop"]
    assert completed(estate, "show", begun="sh") == ["shop"]
    assert completed(estate, "show", begun="shop") == ["shop", "shop.db_00"]
    assert completed(estate, "tree", begun="shop.db_00.schema_0") == [
        "shop.db_00.schema_0000", "shop.db_00.schema_0001",
    ]  # fmt: skip
    assert "shop.db_00.schema_0000.t0000001" in completed(estate, "show", begun="shop.db_00.schema_0000.")
    assert completed(estate, "undelete", begun="other") == []


def test_a_catalog_that_is_not_there_completes_nothing(tmp_path: object) -> None:
    gone = Estate(f"{tmp_path}/none.db", "", "", "")
    assert completed(gone, "status") == completed(gone, "show") == completed(gone, "forget") == []


def test_help_says_that_a_run_may_be_left_out() -> None:
    command = cli.get_command(click.Context(cli), "status")
    assert command is not None
    assert "[RUN]" in command.get_usage(click.Context(command, info_name="status"))
