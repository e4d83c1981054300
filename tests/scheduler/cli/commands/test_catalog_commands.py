"""Commands that ask the catalog, and that change it."""

import json
from pathlib import Path

from specs.entities import entity_types
from tests.scheduler.cli.commands.calling import Estate, called, crawled


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
    events = estate.ask("changes", "--json").json
    assert [each["seq"] for each in events] == list(range(1, len(events) + 1))
    behind = estate.ask("changes", "--since", "3", "--limit", "2", "--json").json
    assert [each["seq"] for each in behind] == [4, 5]
    assert estate.ask("changes", "--since", str(len(events)), "--json").json == []
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


def test_what_changed_grants_may_hide_waits_for_a_word(tmp_path: Path) -> None:
    catalog, recipe, gone = str(tmp_path / "c.db"), tmp_path / "r.yml", "shop.db_00.schema_0000.t0000002"
    text = 'service: {name: shop, type: "specs.testing.fake:spec"}\nconnection: {schemas: 1, grants: %s, dropped: [%s]}'
    recipe.write_text(text % ("all", ""))
    assert called("crawl", str(recipe), "-q", "--catalog", catalog).code == 0
    recipe.write_text(text % ("few", gone))
    done = called("crawl", str(recipe), "-q", "--catalog", catalog)
    assert "in doubt since our grants changed: 1 Table" in done.out
    run = called("runs", "--json", "--catalog", catalog).json[0]["id"]
    assert "--approve --doubtful" in called("deletions", run, "--catalog", catalog).out
    assert "nothing waited" in called("deletions", run, "--approve", "--catalog", catalog).out
    assert called("deletions", run, "--doubtful", "--catalog", catalog).code == 1
    done = called("deletions", run, "--approve", "--doubtful", "--json", "--catalog", catalog)
    assert done.json["approved"] == {"Table": 1}
    assert called("show", gone, "--json", "--catalog", catalog).json[0]["state"] == "missing"


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


def test_gc_and_forget(tmp_path: Path) -> None:
    catalog = str(tmp_path / "c.db")
    crawled(tmp_path / "r.yml", catalog, 0)
    assert called("gc", "--days", "0", "--json", "--catalog", catalog).json["events"] > 0
    assert called("gc", "--catalog", catalog).out.startswith("removed: ")
    assert called("forget", "nope", "--yes", "--catalog", catalog).code == 1
    assert called("forget", "shop", "--yes", "--json", "--catalog", catalog).json["entities"] > 0
    assert called("export", "--catalog", catalog).out == ""


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
