"""Every command over one small catalog: what it prints, and that its JSON is JSON."""

import io
import json
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from scheduler.cli import COMMANDS, run
from specs.entities import entity_types

RECIPE = """
service: {name: shop, type: "specs.testing.fake:spec"}
connection:
  schemas: 2
  tables: 6
  triggers: 0.5
  broken: %(broken)s
  version: %(version)s
  dropped: %(dropped)s
  changed: %(changed)s
extract: {metadata: {tables: {exclude: ["3$"]}}}
deletion: {max_fraction: 0, max_objects: 0}
"""


class Called(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def called(*arguments: str) -> Called:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run(arguments)
    return Called(code, out.getvalue(), err.getvalue())


class Estate(NamedTuple):
    catalog: str
    first: str
    last: str
    recipe: str

    def ask(self, *arguments: str) -> Called:
        return called(*arguments, "--catalog", self.catalog)


def crawled(recipe: Path, catalog: str, code: int, **changes: Any) -> str:
    values = {"broken": 0, "version": 0, "dropped": [], "changed": []} | changes
    recipe.write_text(RECIPE % {key: json.dumps(value) for key, value in values.items()})
    done = called("crawl", str(recipe), "--catalog", catalog, "--json", "--quiet")
    assert done.code == code, done.err
    return str(done.json["run"])


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Estate:
    """Two runs: in the second one table is dropped, one changed, and some cannot be built."""
    folder = tmp_path_factory.mktemp("estate")
    catalog = f"sqlite:///{folder}/catalog.db"
    recipe = folder / "recipe.yml"
    schema = "shop.db_00.schema_0000"
    first = crawled(recipe, catalog, 0)
    last = crawled(
        recipe, catalog, 3, broken=0.2, version=2, dropped=[f"{schema}.t0000002"], changed=[f"{schema}.t0000001"]
    )
    return Estate(catalog, first, last, str(recipe))


def test_crawl_ends_with_exactly_the_promised_object(estate: Estate, tmp_path: Path) -> None:
    done = called("crawl", estate.recipe, "--catalog", str(tmp_path / "new.db"), "--json", "-q")
    assert set(done.json) == {
        "run", "status", "entities", "deleted", "incomplete_scopes", "statements", "seconds", "peak_rss_mb",
    }  # fmt: skip
    for tally in done.json["entities"].values():
        assert set(tally) == {"listed", "emitted", "unchanged", "filtered", "failed", "gone", "stored"}
        assert tally["listed"] == sum(tally[key] for key in ("emitted", "unchanged", "filtered", "failed", "gone"))
        assert tally["stored"] == tally["emitted"]
    assert done.json["status"] == "partial"


def test_crawl_reconciles_in_words(estate: Estate, tmp_path: Path) -> None:
    catalog = str(tmp_path / "new.db")
    done = called("crawl", estate.recipe, "--catalog", catalog)
    assert done.code == 3
    assert "Reconciled: listed = emitted + unchanged + filtered + failed + gone; emitted = stored" in done.out
    assert "Table by tables.exclude: 3$" in done.out
    assert "statements" in done.out
    assert "peak memory" in done.out
    assert f"--failed --catalog sqlite:///{catalog}" in done.out


def test_runs(estate: Estate) -> None:
    assert [each["id"] for each in estate.ask("runs", "--json").json] == [estate.last, estate.first]
    assert estate.first in estate.ask("runs").out
    assert estate.ask("runs", "--service", "other").out == "no runs yet\n"


def test_status(estate: Estate) -> None:
    done = estate.ask("status", estate.last, "--json")
    assert done.code == 3
    assert done.json["status"] == "partial"
    assert "Reconciled" in estate.ask("status", estate.last).out
    assert estate.ask("status", estate.first).code == 0


def test_failures(estate: Estate) -> None:
    found = estate.ask("failures", estate.last, "--json").json
    assert found["objects"]
    assert {"type", "fqn", "reason", "message", "attempts"} <= set(found["objects"][0])
    done = estate.ask("failures", estate.last)
    assert f"{len(found['objects'])} objects failed" in done.out
    assert f"headrace retry {estate.last} --failed" in done.out
    assert estate.ask("failures", estate.first).out == "nothing failed\n"


def test_search(estate: Estate) -> None:
    assert [each["fqn"] for each in estate.ask("search", "t0000001", "--json").json] == [
        "shop.db_00.schema_0000.t0000001",
        "shop.db_00.schema_0001.t0000001",
    ]
    assert "Table  shop.db_00.schema_0000.t0000001" in estate.ask("search", "t0000001").out
    assert estate.ask("search", "nothing_like_it").err == "nothing found\n"


def test_show(estate: Estate) -> None:
    done = estate.ask("show", "shop.db_00.schema_0000.t0000001")
    assert "columns (20):" in done.out
    assert "NAME" in done.out
    assert "col_0002" in done.out
    entry = estate.ask("show", "shop.db_00.schema_0000.t0000001", "--json").json[0]
    assert entry["content"]["columns"][0]["name"] == "id"
    wrong = estate.ask("show", "shop.db_00.schema_0000.t000001")
    assert wrong.code == 1
    assert "did you mean shop.db_00.schema_0000.t0000001" in estate.ask("show", "shop.nowhere.t0000001").err


def test_show_one_of_several_types(estate: Estate) -> None:
    done = estate.ask("show", "shop", "--type", "Table")
    assert done.code == 1
    assert "known: Service" in done.err


def test_tree(estate: Estate) -> None:
    assert estate.ask("tree", "--depth", "2").out == "shop  [Service]\n└── db_00  [Database]\n"
    lines = estate.ask("tree", "shop.db_00.schema_0001").out.splitlines()
    assert lines[0] == "shop.db_00.schema_0001"
    assert "├── t0000000  [Table]" in lines
    nested = estate.ask("tree", "--json").json
    assert nested[0]["children"][0]["children"][0]["name"] == "schema_0000"
    assert estate.ask("tree", "nowhere").code == 1


def test_diff_and_changes(estate: Estate) -> None:
    done = estate.ask("diff")
    assert "~ Table shop.db_00.schema_0000.t0000001\n    comment: " in done.out
    assert '-> "version 2"' in done.out or '+ "version 2"' in done.out
    assert {each["kind"] for each in estate.ask("diff", "--since", estate.first, "--json").json} == {"updated"}
    lines = estate.ask("changes", "--json").out.splitlines()
    assert [json.loads(line)["seq"] for line in lines] == list(range(1, len(lines) + 1))
    behind = estate.ask("changes", "--since", "3", "--limit", "2", "--json").out.splitlines()
    assert [json.loads(line)["seq"] for line in behind] == [4, 5]
    assert estate.ask("changes", "--run", estate.last).out.count("~ ") >= 1
    assert estate.ask("diff", "--since", "nope").code == 1


def test_deletions_wait_are_approved_and_undone(estate: Estate) -> None:
    found = estate.ask("deletions", estate.last, "--json").json
    waiting = [each["fqn"] for each in found["deletions"] if each["outcome"] == "waiting"]
    assert "shop.db_00.schema_0000.t0000002" in waiting
    assert "wait for approval" in estate.ask("deletions", estate.last).out
    assert "approved: 1 Table" in estate.ask("deletions", estate.last, "--approve").out
    assert estate.ask("show", "shop.db_00.schema_0000.t0000002", "--json").json[0]["state"] == "missing"
    assert "(missing" in estate.ask("show", "shop.db_00.schema_0000.t0000002").out
    back = estate.ask("undelete", "shop.db_00.schema_0000.t0000002", "--json").json
    assert {"type": "Table", "fqn": "shop.db_00.schema_0000.t0000002"} in back
    assert estate.ask("undelete", "shop.db_00.schema_0000.t0000002").code == 1
    assert estate.ask("deletions", estate.first).out == "nothing is gone\n"


def test_export_is_sorted_and_holds_what_its_schema_says(estate: Estate, tmp_path: Path) -> None:
    done = estate.ask("export")
    lines = [json.loads(line) for line in done.out.splitlines()]
    assert [line["fqn"] for line in lines] == sorted(line["fqn"] for line in lines)
    assert json.loads(estate.ask("export", "--json").out) == lines
    schema = called("export", "--format", "json-schema").json
    for line in lines:
        known = schema["$defs"][line["type"]]
        assert set(line) <= set(known["properties"])
        assert set(known["required"]) <= set(line)
        entity_types[line["type"]].model_validate({k: v for k, v in line.items() if k not in ("type", "state")})
    target = tmp_path / "out.jsonl"
    assert estate.ask("export", "-o", str(target), "--service", "shop").code == 0
    assert target.read_text() == done.out
    assert estate.ask("export", "--service", "other").code == 1
    assert any(
        "row_estimate" in json.loads(line).get("stats", {}) for line in estate.ask("export", "--stats").out.splitlines()
    )


def test_resume_and_retry(estate: Estate) -> None:
    done = estate.ask("resume", estate.first)
    assert done.code == 1
    assert "nothing to resume" in done.err
    done = estate.ask("retry", estate.first, "--failed")
    assert done.code == 1
    assert "nothing failed" in done.err


def test_a_postgresql_catalog_does_the_same(estate: Estate, postgres_database: str) -> None:
    done = called("crawl", estate.recipe, "--catalog", postgres_database, "-q", "--json")
    assert done.code == 3, done.err
    here = Estate(postgres_database, done.json["run"], done.json["run"], estate.recipe)
    for arguments in (
        ("runs",), ("status", here.last), ("failures", here.last), ("search", "t0000001"), ("tree",), ("diff",),
        ("show", "shop.db_00.schema_0000.t0000001"), ("deletions", here.last), ("doctor",), ("gc",),
    ):  # fmt: skip
        asked = here.ask(*arguments, "--json")
        assert asked.code in (0, 3), (arguments, asked.err)
        assert asked.json is not None
    names = [json.loads(line)["fqn"] for line in here.ask("export").out.splitlines()]
    assert names == sorted(names, key=str.encode)
    assert called("forget", "shop", "--yes", "--catalog", postgres_database).code == 0


def test_retry_crawls_only_what_failed(tmp_path: Path) -> None:
    catalog = str(tmp_path / "c.db")
    parent = crawled(tmp_path / "r.yml", catalog, 3, broken=0.3)
    failed = called("failures", parent, "--json", "--catalog", catalog).json["objects"]
    done = called("retry", parent, "--failed", "--json", "-q", "--catalog", catalog)
    assert done.code == 3
    assert done.json["entities"]["Table"]["listed"] == len(failed)
    assert done.json["entities"]["Table"]["failed"] == len(failed)
    assert called("runs", "--json", "--catalog", catalog).json[0]["parent"] == parent


def test_another_server_under_the_same_name_is_refused_until_accepted(tmp_path: Path) -> None:
    catalog, recipe = str(tmp_path / "c.db"), tmp_path / "r.yml"
    text = 'service: {name: shop, type: "specs.testing.fake:spec"}\nconnection: {schemas: 1, server: %s}\n'
    recipe.write_text(text % "one")
    assert called("crawl", str(recipe), "-q", "--catalog", catalog).code == 0
    recipe.write_text(text % "two")
    done = called("crawl", str(recipe), "-q", "--catalog", catalog)
    assert done.code == 2
    assert "--accept-identity" in done.err
    assert called("crawl", str(recipe), "-q", "--catalog", catalog, "--accept-identity").code == 0
    assert called("crawl", str(recipe), "-q", "--catalog", catalog).code == 0


def test_a_sink_that_cannot_be_written_is_exit_code_4_and_told(tmp_path: Path) -> None:
    recipe = tmp_path / "r.yml"
    text = 'service: {name: shop, type: "specs.testing.fake:spec"}\nsinks: [{type: jsonl, path: %s}]\n'
    recipe.write_text(text % (tmp_path / "out.jsonl"))
    assert called("crawl", str(recipe), "-q", "--catalog", str(tmp_path / "c.db")).code == 0
    assert (tmp_path / "out.jsonl").read_text() == called("export", "--catalog", str(tmp_path / "c.db")).out
    recipe.write_text(text % "/proc/nope/x.jsonl")
    done = called("crawl", str(recipe), "-q", "--json", "--catalog", str(tmp_path / "c.db"))
    assert done.code == 4
    assert done.json["status"] == "complete"
    assert "sink failed: " in done.err


def test_plan_and_check(estate: Estate) -> None:
    plan = called("plan", estate.recipe, "--json")
    assert plan.code == 0
    assert plan.json["entities"]["Table"] == {"listed": 11, "kept": 9, "filtered": 2, "failed": 0}
    assert plan.json["filters"][0]["rule"] == "tables.exclude: 3$"
    text = called("plan", estate.recipe)
    assert "tables.exclude: 3$" in text.out
    check = called("check", estate.recipe, "--json")
    assert check.json["ok"] is True
    assert "ready to crawl" in called("check", estate.recipe).out


def test_gc_and_forget(tmp_path: Path) -> None:
    catalog = str(tmp_path / "c.db")
    crawled(tmp_path / "r.yml", catalog, 0)
    assert called("gc", "--days", "0", "--json", "--catalog", catalog).json["events"] > 0
    assert called("gc", "--catalog", catalog).out.startswith("removed: ")
    assert called("forget", "nope", "--yes", "--catalog", catalog).code == 1
    assert called("forget", "shop", "--yes", "--json", "--catalog", catalog).json["entities"] > 0
    assert called("export", "--catalog", catalog).out == ""


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
    "search": lambda e, p: ("search", "t0000001", "--catalog", e.catalog),
    "show": lambda e, p: ("show", "shop", "--catalog", e.catalog),
    "tree": lambda e, p: ("tree", "--catalog", e.catalog),
    "diff": lambda e, p: ("diff", "--catalog", e.catalog),
    "changes": lambda e, p: ("changes", "--limit", "1", "--catalog", e.catalog),
    "export": lambda e, p: ("export", "--catalog", e.catalog),
    "doctor": lambda e, p: ("doctor", "--catalog", e.catalog),
    "gc": lambda e, p: ("gc", "--catalog", e.catalog),
    "completion": lambda e, p: ("completion", "bash"),
}
ELSEWHERE = {"resume", "retry", "undelete", "forget"}
"""Their JSON is asked for in tests of their own."""


def test_no_command_is_left_out() -> None:
    assert set(JSON_CALLS) | ELSEWHERE == set(COMMANDS)


@pytest.mark.parametrize("name", JSON_CALLS)
def test_json_is_json(name: str, estate: Estate, tmp_path: Path) -> None:
    done = called(*JSON_CALLS[name](estate, tmp_path), "--json")
    assert done.code in (0, 3)
    assert isinstance(done.json, dict | list)
