"""Commands about lineage."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from scheduler.cli.cli import cli
from specs import names
from tests.scheduler.cli.commands.calling import called


def test_parse_answers_each_line_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "statements.jsonl"
    file.write_text('{"id": 7, "sql": "insert into t (x) select a from s"}\n', encoding="utf-8")
    done = called("lineage", "parse", str(file))
    assert done.code == 0
    told = json.loads(done.out)
    assert (told["id"], told["columns"]) == (7, [{"out": "t.x", "in": ["s.a"]}])


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The catalog of a database with views over views."""
    folder = tmp_path_factory.mktemp("views")
    with closing(sqlite3.connect(folder / "own.db")) as own:
        own.executescript(
            "CREATE TABLE orders (id INTEGER PRIMARY KEY, amount NUMERIC, tax NUMERIC);"
            "CREATE VIEW totals AS SELECT id, amount + tax AS total FROM orders;"
            "CREATE VIEW large AS SELECT total FROM totals WHERE total > 10;"
        )
    recipe = folder / "own.yml"
    recipe.write_text(
        f"service: {{name: own, type: sqlite}}\nconnection: {{path: {folder / 'own.db'}}}\nextract: {{lineage: true}}\n"
    )
    catalog = str(folder / "catalog.db")
    assert called("crawl", str(recipe), "--catalog", catalog, "--quiet").code == 0
    return catalog


def test_the_name_of_an_object_is_enough(views: str) -> None:
    upstream = "own.main.main.totals  [Table]\nfed by\n└── own.main.main.orders  [Table]\n"
    text = f"{upstream}feeds\n└── own.main.main.large  [Table]\n"
    assert called("lineage", "own.main.main.totals", "--catalog", views).out == text
    assert called("lineage", "show", "own.main.main.totals", "--catalog", views).out == text
    alone = called("lineage", "--upstream", "own.main.main.totals", "--catalog", views)
    assert alone.out == upstream


def test_columns_and_what_a_change_reaches(views: str) -> None:
    asked = called("lineage", "own.main.main.large", "--column", "total", "--upstream", "--json", "--catalog", views)
    assert [(node["fqn"].rpartition(".")[2], node["column"]) for node in asked.json["nodes"]] == [
        ("large", "total"), ("totals", "total"), ("orders", "amount"), ("orders", "tax"),
    ]  # fmt: skip
    reached = called("impact", "own.main.main.orders.tax", "--json", "--catalog", views)
    assert [each["fqn"].rpartition(".")[2] for each in reached.json["affected"]] == ["totals", "large"]
    assert (
        called("impact", "own.main.main.orders.id", "--json", "--catalog", views).json["affected"][0]["column"] == "id"
    )


@pytest.mark.parametrize(
    ("format_", "begin"),
    [("mermaid", "flowchart LR"), ("dot", "digraph lineage {"), ("openlineage", '{"eventTime"'), ("json", "{")],
)
def test_formats(views: str, format_: str, begin: str) -> None:
    done = called("lineage", "own.main.main.totals", "--format", format_, "--catalog", views)
    assert (done.code, done.out.startswith(begin)) == (0, True)


def test_a_wrong_name_or_option_is_told(views: str) -> None:
    wrong = called("lineage", "own.main.totals", "--catalog", views)
    assert wrong.code == 1
    assert "did you mean own.main.main.totals?" in wrong.err
    assert called("lineage", "--depht", "3", "own", "--catalog", views).code == 1
    assert called("lineage").code == 1
    assert "parse" in called("lineage", "--help").out


def test_show_counts_what_is_next_to_an_object_and_tells_flows(views: str) -> None:
    shown = called("show", "own.main.main.totals", "--catalog", views).out
    assert re.search(r"lineage +fed by 1 object, feeds 1\n", shown)
    flow = shown.partition("Lineage own.main.main.totals")[2]
    assert "own.main.main.totals is fed by:\n    own.main.main.orders  [Table]\n" in flow
    assert "total <- own.main.main.orders.amount (expression), own.main.main.orders.tax (expression)" in flow
    assert "lineage  " not in called("show", "own.main", "--catalog", views).out


def test_what_describes_an_object_is_found_with_it(views: str) -> None:
    found = called("search", "totals", "--json", "--catalog", views).json
    assert [each["type"] for each in found] == ["Table"]
    tree = called("tree", "own.main.main", "--json", "--catalog", views).json
    assert ("totals", "Lineage") in [(each["name"], each["type"]) for each in tree]
    assert "totals  [Table]" in called("tree", "own.main.main", "--catalog", views).out
    assert "Lineage" not in called("tree", "own", "--catalog", views).out


def test_of_a_schema_edges_are_counted_and_listed_of_a_service_counted(views: str) -> None:
    shown = called("lineage", "own.main.main", "--catalog", views).out
    assert "own.main.main  [Schema]\n3 objects with lineage; of the edges 2 lie within, 0 enter, 0 leave\n" in shown
    assert re.search(r"own.main.main.totals +own.main.main.large", shown)
    shown = called("lineage", "own", "--catalog", views).out
    assert re.search(r"own.main.main +own.main.main +2 +within", shown)
    assert "totals" not in shown
    told = called("lineage", "own", "--json", "--catalog", views).json
    assert (told["type"], told["groups"][0]["edges"], len(told["edges"])) == ("Service", 2, 2)
    assert called("impact", "own.main", "--json", "--catalog", views).json["affected"] == []
    wrong = called("lineage", "own.main.main", "--column", "id", "--catalog", views)
    assert (wrong.code, "Schema own.main.main has no columns" in wrong.err) == (1, True)


@pytest.mark.parametrize("place", ["own", "own.main.main"])
@pytest.mark.parametrize("format_", ["mermaid", "dot", "openlineage"])
def test_formats_of_a_whole_service(views: str, place: str, format_: str) -> None:
    done = called("lineage", place, "--format", format_, "--catalog", views)
    assert done.code == 0
    assert ("2" in done.out) if (format_, place) == ("mermaid", "own") else ("totals" in done.out or place == "own")


COLUMNS = ["id", "amount", "tax"]
ODD = ["a.b", 'say "x"', "dash-ed", "Groß 📦", " lead", "a/b", "x;y", "[z]", "per%cent", "back\\slash"]


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The catalog of a database whose tables, views and columns have names that need care."""
    folder = tmp_path_factory.mktemp("odd")
    with closing(sqlite3.connect(folder / "own.db")) as own:
        for name in ODD:
            quoted, view = (text.replace('"', '""') for text in (name, f"v {name}"))
            own.execute(f'CREATE TABLE "{quoted}" ("{quoted}" TEXT)')
            own.execute(f'CREATE VIEW "{view}" AS SELECT "{quoted}" FROM "{quoted}"')
    recipe = folder / "own.yml"
    recipe.write_text(
        f"service: {{name: own, type: sqlite}}\nconnection: {{path: {folder / 'own.db'}}}\nextract: {{lineage: true}}\n"
    )
    catalog = str(folder / "catalog.db")
    assert called("crawl", str(recipe), "--catalog", catalog, "--quiet").code == 0
    return catalog


@pytest.mark.parametrize("name", ODD)
def test_names_that_are_shown_can_be_typed(odd: str, name: str) -> None:
    table, view = names.build("own", "main", "main", name), names.build("own", "main", "main", f"v {name}")
    for command in ("show", "lineage", "impact"):
        assert called(command, table, "--json", "--catalog", odd).code == 0
    column = names.child(table, name)
    [reached] = called("impact", column, "--json", "--catalog", odd).json["affected"]
    assert (reached["fqn"], reached["column"], reached["path"]) == (view, name, [column, names.child(view, name)])
    assert names.child(view, name) in called("impact", column, "--catalog", odd).out
    for typed in (name, names.quote(name)):
        told = called("lineage", view, "--column", typed, "--json", "--catalog", odd).json
        assert [(each["fqn"], each["column"]) for each in told["nodes"]] == [(view, name), (table, name)]
        assert column in called("lineage", view, "--column", typed, "--catalog", odd).out
    for format_ in ("mermaid", "dot", "openlineage"):
        assert called("lineage", view, "--format", format_, "--catalog", odd).code == 0


def test_the_shell_knows_names_and_columns(views: str, odd: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def completed(*words: str, begun: str = "") -> list[str]:
        found = ShellComplete(cli, {}, "headrace", "_HEADRACE_COMPLETE").get_completions(list(words), begun)
        return [each.value for each in found]

    monkeypatch.setenv("HEADRACE_CATALOG", views)
    assert completed("lineage", begun="s") == ["show", "score"]
    assert completed("lineage", begun="own.main.main.t") == ["own.main.main.totals"]
    assert completed("impact", begun="own.main.main.orders.") == [f"own.main.main.orders.{each}" for each in COLUMNS]
    assert completed("lineage", "own.main.main.orders", "--column") == COLUMNS
    assert completed("lineage", "own.main.main.orders", "--column", begun="a") == ["amount"]
    monkeypatch.setenv("HEADRACE_CATALOG", odd)
    assert completed("impact", begun='own.main.main."a.b".') == ['own.main.main."a.b"."a.b"']


def test_quotes_that_are_not_needed_do_no_harm(views: str) -> None:
    assert called("lineage", 'own."main".main."totals"', "--catalog", views).out.startswith("own.main.main.totals")
    assert called("show", '"own".main.main.totals', "--catalog", views).out.startswith("Table own.main.main.totals")
    assert "reaches" in called("impact", 'own.main.main."orders"."tax"', "--catalog", views).out


def test_score_of_cases_and_of_another_program(tmp_path: Path) -> None:
    cases = tmp_path / "cases.jsonl"
    cases.write_text('{"id": 1, "sql": "select a from t", "expected": {"in_tables": ["u"]}}\n', encoding="utf-8")
    shown = called("lineage", "score", str(cases), "--misses")
    assert (shown.code, "0 of 1" in shown.out, "['u']" in shown.out) == (0, True, True)
    assert called("lineage", "score", str(cases), "--json").json["tables_exact_percent"] == 0.0
