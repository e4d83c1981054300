"""Texts that break parsers: each has an outcome, and costs no other."""

from __future__ import annotations

import pytest

from connectors.common.sql.lineage.analysis.analyzer import LineageAnalyzer
from specs.contracts.parts.statements import Statement, StatementLineage, TableName

T = TableName("", "", "t")


def _all(sql: str, dialect: str = "postgres") -> tuple[StatementLineage, ...]:
    return LineageAnalyzer().lineage([Statement(1, sql, dialect)], {})[0]


@pytest.mark.parametrize(
    "sql",
    [
        "select " + "case when a then " * 3000 + "1" + " end" * 3000 + " from t",
        "select * from " + "(select * from " * 3000 + "t" + ") x" * 3000,
        "select " + "(" * 5000 + "a" + ")" * 5000 + " from t",
        "select a from t where b = ",
        "select a from t where b = 'abc",
        "select a from t where b = 1 1 1",
        "select a from t -- " + "x" * 2_100_000,
    ],
    ids=["case", "subqueries", "brackets", "cut off", "cut off in a text", "no SQL", "long"],
)
def test_what_cannot_be_parsed_names_its_tables_and_why(sql: str) -> None:
    (found,) = _all(sql)
    assert (found.level, found.sources) == ("tables", (T,))
    assert found.error


@pytest.mark.parametrize(
    "sql",
    [
        "create extension if not exists pg_stat_statements with schema s",
        "create publication p for table s.t where (a > 0)",
        "create subscription s connection 'host=x' publication p",
        "create operator s.@! (leftarg = numeric, rightarg = text, function = s.f)",
        "create cast (s.a as text) with function s.f(s.a)",
        "create foreign table s.x (a int) server partner options (filename 'x')",
        "create foreign data wrapper w",
        "create user mapping for me server partner",
        "create event trigger e on ddl_command_start execute function f()",
        "create or replace trusted language l",
        "create text search configuration s.c (copy = simple)",
        "create role r login",
    ],
)
def test_what_is_created_without_rows_is_no_failure(sql: str) -> None:
    first, second = _all(f"{sql}; insert into d select a from t")
    assert (first.kind, first.error, first.sources, first.target) == ("other", None, (), None)
    assert [each.column for each in second.columns] == ["a"]


def test_a_statement_that_cannot_be_parsed_costs_no_other() -> None:
    first, second, third = _all("insert into d select a from t; select from from where; insert into e select b from t")
    assert [each.column for each in first.columns] == ["a"]
    assert second.error
    assert [each.column for each in third.columns] == ["b"]


@pytest.mark.parametrize("broken", ["create trigger g before update on .", "create trigger g before update on", "'"])
def test_what_cannot_be_taken_apart_costs_no_other(broken: str) -> None:
    found = _all(f"insert into d select a from t; {broken}")
    assert found[0].sources in ((T,), ())
    if broken != "'":
        assert [each.column for each in found[0].columns] == ["a"]


@pytest.mark.parametrize(
    "sql",
    [
        "select a from t where " + " and ".join(f"c{number} = 1" for number in range(5000)),
        "select case " + " ".join(f"when b = {number} then c" for number in range(5000)) + " end as a from t",
        " union all ".join(["select a from t"] * 5000),
        "with c0 as (select a from t)"
        + "".join(f", c{number} as (select a from c{number - 1})" for number in range(1, 1000))
        + " select a from c999",
    ],
    ids=["and", "case", "union", "with"],
)
def test_what_is_long_but_flat_is_understood(sql: str) -> None:
    (found,) = _all(sql)
    assert (found.level, found.error, [each.column for each in found.columns]) == ("columns", None, ["a"])


def test_an_answer_is_bounded_however_short_the_text_is() -> None:
    columns = {T: [(f"c{number}", "int") for number in range(400)]}
    total = "+".join(f"c{number}" for number in range(400))
    sql = (
        f"with x as (select {total} as s from t) select {', '.join(f's as s{number}' for number in range(400))} from x"
    )
    ((found,),) = LineageAnalyzer().lineage([Statement(1, sql, "postgres")], columns)
    assert (found.level, found.sources, found.columns) == ("tables", (T,), ())
    assert "made of 160,000 others" in (found.error or "")
    together = LineageAnalyzer().lineage([Statement(1, "insert into u select * from t;" * 300, "postgres")], columns)[0]
    assert [len(each.columns) for each in together] == [400] * 250 + [0] * 50
    assert {each.sources for each in together} == {(T,)}


def test_the_same_expression_for_many_columns_is_cut() -> None:
    case = " ".join(f"when a = {number} then 'x'" for number in range(1000))
    (found,) = _all(f"with x as (select case {case} end as s from t) select s, s as r from x")
    assert [len(each.expression or "") for each in found.columns] == [0, 0]
    (found,) = _all(f"select case {case} end as s from t")
    assert len(found.columns[0].expression or "") < 2010


def test_wide_tables_and_ambiguous_names() -> None:
    columns = {T: [(f"c{number}", "int") for number in range(10_000)]}
    ((found,),) = LineageAnalyzer().lineage([Statement(1, "select * from t", "postgres")], columns)
    assert len(found.columns) == 10_000
    both = {TableName("", "", "Orders"): [("a", "int")], TableName("", "", "ORDERS"): [("a", "int")]}
    ((found,),) = LineageAnalyzer().lineage([Statement(1, "select a from orders", "mysql")], both)
    assert {each.name for each in found.sources} == {"Orders", "ORDERS"}


def test_the_query_of_a_view_is_told_as_its_definition() -> None:
    view = TableName("", "", "v")
    columns = {T: [("a", "int"), ("b", "int")], view: [("x", "int"), ("y", "int")]}
    statement = Statement(1, "SELECT t.a, t.b FROM t", "postgres", target=view)
    ((found,),) = LineageAnalyzer().lineage([statement], columns)
    assert (found.kind, found.target) == ("create_view", view)
    assert [each.column for each in found.columns] == ["x", "y"]


def test_definitions_that_cannot_be_parsed_keep_their_target() -> None:
    view = TableName("", "", "v")
    ((found,),) = LineageAnalyzer().lineage([Statement(1, "SELECT a FROM t WHERE", "postgres", target=view)], {})
    assert (found.level, found.target, found.sources) == ("tables", view, (T,))
