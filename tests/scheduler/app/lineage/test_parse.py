"""The protocol of ``headrace lineage parse``: one JSON line in, one out."""

from __future__ import annotations

import json
from typing import Any

from scheduler.app.lineage.parse import answers


def _told(*cases: dict[str, Any] | str) -> list[dict[str, Any]]:
    lines = [each if isinstance(each, str) else json.dumps(each) for each in cases]
    return [json.loads(line) for line in answers(lines)]


def test_a_statement_is_answered_by_names_that_its_defaults_complete() -> None:
    case = {
        "id": "a",
        "dialect": "postgres",
        "default_db": "shop",
        "default_schema": "sales",
        "schemas": {"shop.sales.orders": [{"id": "int"}, {"total": "numeric"}]},
        "sql": "create table daily as select o.id, sum(total) as total from orders as o group by 1",
    }
    (told,) = _told(case)
    assert told.pop("ms") >= 0
    assert told == {
        "id": "a",
        "in_tables": ["shop.sales.orders"],
        "out_tables": ["shop.sales.daily"],
        "columns": [
            {"out": "shop.sales.daily.id", "in": ["shop.sales.orders.id"]},
            {"out": "shop.sales.daily.total", "in": ["shop.sales.orders.total"]},
        ],
        "error": None,
    }


def test_statements_of_one_text_are_a_session_whose_temporary_tables_do_not_show() -> None:
    (told,) = _told({"id": 1, "sql": "create temporary table t as select a from s; insert into r select a as b from t"})
    assert (told["in_tables"], told["out_tables"]) == (["s"], ["r"])
    assert told["columns"] == [{"out": "r.b", "in": ["s.a"]}]


def test_a_temporary_table_that_nothing_reads_is_what_the_session_makes() -> None:
    made = "create temporary table t as select a from s"
    told = _told(
        {"sql": made},
        {"sql": f"{made}; insert into t select b from u"},
        {"sql": f"{made}; alter table t rename to r"},
        {"sql": f"{made}; drop table t"},
        {"sql": f"{made}; select a from t"},
    )
    assert [each["out_tables"] for each in told] == [["t"], ["t"], ["r"], [], []]
    assert [each["in_tables"] for each in told] == [["s"], ["s", "u"], ["s"], ["s"], ["s"]]
    assert told[2]["columns"] == [{"out": "r.a", "in": ["s.a"]}]


def test_a_query_without_a_target_has_columns_without_a_table() -> None:
    assert _told({"sql": "select a + b as c from t"})[0]["columns"] == [{"out": "c", "in": ["t.a", "t.b"]}]


def test_every_line_has_an_answer_in_order() -> None:
    told = _told(
        {"id": 1, "sql": "select ("},
        "",
        "no json",
        "[1]",
        {"id": 2, "dialect": "nobody knows", "sql": "select a from t"},
    )
    assert [each["id"] for each in told] == [1, None, None, 2]
    assert [each["error"] is None for each in told] == [False, False, False, True]
    assert told[3]["in_tables"] == ["t"]
