"""Commands that prepare a crawl; and that the JSON of every command is JSON."""

from collections.abc import Callable
from pathlib import Path

import pytest

from scheduler.cli.cli import COMMANDS
from tests.scheduler.cli.commands.calling import Estate, called


def test_plan_and_check(estate: Estate) -> None:
    plan = called("plan", estate.recipe, "--json")
    assert plan.code == 0
    assert plan.json["entities"]["Table"] == {"listed": 11, "kept": 9, "filtered": 2, "failed": 0}
    assert plan.json["filters"][0]["rule"] == "tables.exclude: 3$"
    assert called("plan", estate.recipe, "--json", "--units", "0").json["units"] == []
    assert "he largest units" not in called("plan", estate.recipe, "--units", "0").out
    text = called("plan", estate.recipe)
    assert "tables.exclude: 3$" in text.out
    check = called("check", estate.recipe, "--json")
    assert check.json["ok"] is True
    assert "ready to crawl" in called("check", estate.recipe).out


def test_connectors_init_and_doctor(tmp_path: Path, estate: Estate) -> None:
    listed = called("connectors", "--json").json
    assert {"postgres", "mysql", "sqlite", "duckdb"} <= {each["name"] for each in listed}
    for each in listed:
        explained = called("connectors", each["name"], "--json").json
        assert explained["config"]["properties"]
        assert f"type: {each['name']}" in explained["example"]
        assert "Settings below" in called("connectors", each["name"]).out
        text = called("init", each["name"], "--json").json["recipe"]
        target = tmp_path / f"{each['name']}.yml"
        assert called("init", each["name"], str(target)).code == 0
        assert target.read_text() == text
    assert called("init", "sqlite", str(tmp_path / "sqlite.yml")).code == 1
    assert called("init", "sqlite", str(tmp_path / "sqlite.yml"), "--force").code == 0
    done = estate.ask("doctor", "--json")
    assert {"python", "packages", "clock", "memory", "catalog", "disk space"} <= {
        each["name"] for each in done.json["findings"]
    }
    assert "catalog: sqlite, reachable and writable" in estate.ask("doctor").out


JSON_CALLS: dict[str, Callable[[Estate, Path], tuple[str, ...]]] = {
    "crawl": lambda e, p: ("crawl", e.recipe, "--catalog", str(p / "x.db")),
    "plan": lambda e, p: ("plan", e.recipe),
    "check": lambda e, p: ("check", e.recipe),
    "init": lambda e, p: ("init", "sqlite"),
    "connectors": lambda e, p: ("connectors",),
    "new-connector": lambda e, p: ("new-connector", "brook", "--into", str(p)),
    "runs": lambda e, p: ("runs", "--catalog", e.catalog),
    "status": lambda e, p: ("status", e.first, "--catalog", e.catalog),
    "failures": lambda e, p: ("failures", e.last, "--catalog", e.catalog),
    "deletions": lambda e, p: ("deletions", e.first, "--catalog", e.catalog),
    "services": lambda e, p: ("services", "--catalog", e.catalog),
    "search": lambda e, p: ("search", "t0000001", "--catalog", e.catalog),
    "show": lambda e, p: ("show", "shop", "--catalog", e.catalog),
    "tree": lambda e, p: ("tree", "--catalog", e.catalog),
    "diff": lambda e, p: ("diff", "--catalog", e.catalog),
    "changes": lambda e, p: ("changes", "--limit", "1", "--catalog", e.catalog),
    "export": lambda e, p: ("export", "--catalog", e.catalog),
    "lineage": lambda e, p: ("lineage", "shop", "--catalog", e.catalog),
    "impact": lambda e, p: ("impact", "shop", "--catalog", e.catalog),
    "doctor": lambda e, p: ("doctor", "--catalog", e.catalog),
    "gc": lambda e, p: ("gc", "--catalog", e.catalog),
    "completion": lambda e, p: ("completion", "bash"),
}
ELSEWHERE = {
    "up",
    "top",
    "scheduler",
    "schedule",
    "cancel",
    "pause",
    "resume",
    "retry",
    "undelete",
    "forget",
    "enqueue",
    "worker",
    "flusher",
    "publisher",
    "dead",
    "usage",
}
"""Their JSON is asked for in tests of their own."""


def test_no_command_is_left_out() -> None:
    assert set(JSON_CALLS) | ELSEWHERE == set(COMMANDS)


@pytest.mark.parametrize("name", JSON_CALLS)
def test_json_is_json(name: str, estate: Estate, tmp_path: Path) -> None:
    done = called(*JSON_CALLS[name](estate, tmp_path), "--json")
    assert done.code in (0, 3)
    assert isinstance(done.json, dict | list)
