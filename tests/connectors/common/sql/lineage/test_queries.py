"""What queries yield, column by column."""

from __future__ import annotations

import pytest

from connectors.common.sql.lineage.analysis.analyzer import LineageAnalyzer
from specs.contracts.parts.statements import Statement, StatementLineage, StatementParser, TableName

T, S, R = (TableName("", "", name) for name in "tsr")
COLUMNS = {T: [("id", "int"), ("a", "int")], S: [("id", "int"), ("b", "int")]}


def _lineage(sql: str, dialect: str = "postgres") -> StatementLineage:
    parser: StatementParser = LineageAnalyzer()
    ((found,),) = parser.lineage([Statement(1, sql, dialect)], COLUMNS)
    return found


def _columns(sql: str, dialect: str = "postgres") -> dict[str, list[str]]:
    return {
        each.column: sorted(f"{source.table.name}.{source.column}" for source in each.sources)
        for each in _lineage(sql, dialect).columns
    }


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("select * from t join s using (id)", {"id": ["s.id", "t.id"], "a": ["t.a"], "b": ["s.b"]}),
        ("select * from t natural join s", {"id": ["s.id", "t.id"], "a": ["t.a"], "b": ["s.b"]}),
        ("with x (c) as (select a + id from t) select c from x", {"c": ["t.a", "t.id"]}),
        ("select a from t union all select b from s", {"a": ["s.b", "t.a"]}),
        ("select (select max(b) from s where s.id = t.id) as m from t", {"m": ["s.b"]}),
        ("select l.c from t, lateral (select b + t.a as c from s) as l", {"c": ["s.b", "t.a"]}),
        ("select sum(a) over (partition by id) as w from t", {"w": ["t.a", "t.id"]}),
        ("select u from t, unnest(array[a, id]) as u", {"u": ["t.a", "t.id"]}),
        (
            "with recursive r (id, top) as (select id, a from t union all select s.b, r.top from s join r using (id))"
            " select * from r",
            {"id": ["s.b", "t.id"], "top": ["t.a"]},
        ),
    ],
)
def test_columns(sql: str, expected: dict[str, list[str]]) -> None:
    assert _columns(sql) == expected


def test_names_of_no_column_are_kept() -> None:
    found = _lineage("select a, nothing from t join s on t.id = s.id")
    assert found.unresolved == ("nothing",)
    assert found.joins[0].columns == (("id", "id"),)


def test_names_come_before_columns_are_known() -> None:
    sql = "with c as (select 1) insert into r select * from c, x.t, S"
    (found,) = LineageAnalyzer().names([Statement(1, sql, "snowflake", "D", "P")])
    assert found == (TableName("D", "P", "R"), TableName("D", "X", "T"), TableName("D", "P", "S"))


def test_long_chains_are_no_depth() -> None:
    sql = " union all ".join(["select a from t"] * 3000)
    assert _columns(sql) == {"a": ["t.a"]}
