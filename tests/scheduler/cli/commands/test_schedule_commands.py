"""The commands around schedules and open runs, as a person types them."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from specs.contracts.assignment import Opening
from specs.topology.events import Start
from specs.topology.scope import Scope
from tests.scheduler.cli.commands.calling import Called, called
from workers.ledger import SqlLedger
from workers.store.database import open_database

FAKE = "specs.testing.fake:spec"
RECIPE = """
service: {name: shop, type: "specs.testing.fake:spec"}
connection: {schemas: 2, tables: 3, seed: "${env:ONLY_WORKERS_HAVE_THIS}"}
"""


class Typing:
    """A person with a catalog and a recipe."""

    def __init__(self, folder: Path) -> None:
        self.catalog = f"sqlite:///{folder / 'c.db'}"
        self.recipe = folder / "shop.yml"
        self.recipe.write_text(RECIPE)

    def __call__(self, *arguments: str) -> Called:
        return called(*arguments, "--catalog", self.catalog)

    def add(self, *more: str, name: str = "nightly", cron: str = "0 3 * * *") -> Called:
        return self("schedule", "add", name, str(self.recipe), "--cron", cron, *more)

    def opened(self, via: str = "cluster") -> str:
        db = open_database(self.catalog)
        try:
            root = Start("service", Scope.of("shop"), ["shop", "shop", {}, None])
            kind = "cluster" if via == "cluster" else "embedded"
            return (
                SqlLedger(db)
                .open_run(
                    Opening("shop", "fake", {"service": {"name": "shop", "type": FAKE}}, (root,), slots=1, via=kind),
                    now=time.time(),
                )
                .id
            )
        finally:
            db.close()

    def state(self, run: str) -> str:
        db = open_database(self.catalog)
        try:
            return SqlLedger(db).run(run).state
        finally:
            db.close()


@pytest.fixture
def typed(tmp_path: Path) -> Typing:
    return Typing(tmp_path)


def test_a_schedule_from_its_beginning_to_its_end(typed: Typing) -> None:
    added = typed.add("--zone", "Europe/Berlin", "--jitter", "10m", "--overlap", "queue", "--deadline", "6h")
    assert added.code == 0, "its variable need not be set here"
    assert added.err == (
        "notice: no scheduler is alive, so schedules do not fire and runs are not closed until one is; "
        "start it with: headrace scheduler\n"
    )
    assert added.out.startswith("nightly: next at ")
    (found,) = typed("schedule", "list", "--json").json
    assert found["recipe"]["connection"]["seed"] == "${env:ONLY_WORKERS_HAVE_THIS}"
    assert (found["jitter"], found["deadline"], found["overlap"], found["catch_up"]) == (600, 21600, "queue", "last")
    assert found["next"] > time.time()
    assert typed("schedule", "pause", "nightly").out == "nightly: paused\n"
    assert "paused" in typed("schedule", "list").out
    fired = typed("schedule", "run", "nightly")
    assert [line.split()[2] for line in fired.err.splitlines()] == ["scheduler", "worker", "flusher"]
    run = fired.out.strip()
    assert typed.state(run) == "running"
    assert run in typed("schedule", "list", "nightly").out
    assert typed("schedule", "unpause", "nightly").code == 0
    assert typed("schedule", "remove", "nightly").code == 0
    assert typed("schedule", "list").out == "no schedules yet\n"


def test_what_is_skipped_says_why(typed: Typing) -> None:
    typed.add()
    typed("schedule", "run", "nightly")
    again = typed("schedule", "run", "nightly")
    assert (again.code, again.err.count("\n")) == (1, 1)
    assert "is open" in again.err
    assert "headrace cancel" in again.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--cron", "0 3 * *"), "minute hour day month weekday"),
        (("--zone", "Europe/Berln"), "unknown time zone"),
        (("--jitter", "soon"), "write a duration as"),
        (("--jitter", "2d"), "shorter --jitter"),
        (("--overlap", "both"), "skip"),
        (("--deadline", "-1h"), "write a duration as"),
    ],
)
def test_mistakes_are_told_when_a_schedule_is_added(typed: Typing, arguments: tuple[str, ...], told: str) -> None:
    done = typed.add(*arguments)
    assert done.code == 1
    assert told in done.err
    assert "Traceback" not in done.err
    typed.add(name="other")
    assert len(typed("schedule", "list", "--json").json) == 1


def test_a_schedule_is_not_overwritten_by_accident(typed: Typing) -> None:
    typed.add()
    done = typed.add(cron="0 4 * * *")
    assert (done.code, "--replace" in done.err) == (1, True)
    assert typed.add("--replace", cron="0 4 * * *").code == 0
    assert typed("schedule", "list", "--json").json[0]["cron"] == "0 4 * * *"
    assert "did you mean 'nightly'" in typed("schedule", "pause", "nightli").err
    bad = typed.add(name="a b")
    assert (bad.code, "is no name" in bad.err) == (1, True)


def test_secrets_and_typed_passwords_are_not_stored(typed: Typing) -> None:
    done = typed("schedule", "add", "x", "postgresql://u:geheim77@h/db", "--cron", "0 3 * * *")
    assert (done.code, "cannot be typed for a cluster" in done.err) == (1, True)
    assert "geheim77" not in done.err
    typed.recipe.write_text(RECIPE.replace("seed:", "seedd:"))
    done = typed.add()
    assert (done.code, "did you mean 'seed'" in done.err) == (1, True), done.err


def test_cancel(typed: Typing) -> None:
    run = typed.opened()
    assert typed("cancel", run).out == f"{run}: cancelled\n"
    assert typed.state(run) == "cancelled"
    assert typed("cancel", run).code == 0, "said twice is said once"
    unknown = typed("cancel", "nothing")
    assert (unknown.code, unknown.err.count("\n"), "unknown run" in unknown.err) == (1, 1, True)
    embedded = typed.opened("embedded")
    assert typed("cancel", embedded).code == 0


def test_pause_and_resume(typed: Typing) -> None:
    run = typed.opened()
    at_work = typed("resume", run)
    assert (at_work.code, "are at work" in at_work.err) == (1, True)
    assert typed("pause", run).code == 0
    assert typed("pause", run).code == 0
    resumed = typed("resume", run, "--json")
    assert (resumed.code, resumed.json) == (0, {"run": run, "state": "running"})
    typed("cancel", run)
    for word in ("pause", "resume"):
        done = typed(word, run)
        assert (done.code, done.err.count("\n")) == (1, 1)
        assert f"there is nothing to {word}" in done.err
        assert "unknown run" in typed(word, "nothing").err


def test_a_run_of_one_command_is_not_paused(typed: Typing) -> None:
    run = typed.opened("embedded")
    done = typed("pause", run)
    assert (done.code, "Ctrl-C" in done.err, f"headrace resume {run}" in done.err) == (1, True, True)
