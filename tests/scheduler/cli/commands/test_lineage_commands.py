"""Commands about lineage."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

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


def test_score_of_cases_and_of_another_program(tmp_path: Path) -> None:
    cases = tmp_path / "cases.jsonl"
    cases.write_text('{"id": 1, "sql": "select a from t", "expected": {"in_tables": ["u"]}}\n', encoding="utf-8")
    shown = called("lineage", "score", str(cases), "--misses")
    assert (shown.code, "0 of 1" in shown.out, "['u']" in shown.out) == (0, True, True)
    assert called("lineage", "score", str(cases), "--json").json["tables_exact_percent"] == 0.0
