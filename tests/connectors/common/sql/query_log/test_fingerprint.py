from __future__ import annotations

import pytest

from connectors.common.sql.query_log.fingerprint import LONGEST_TEXT, Fingerprints

SHOWN = [
    ("postgres", "SELECT a FROM T WHERE b IN (1, 2) -- x", "select a from t where b in (?)"),
    ("postgres", "select 1, -2, 'it''s', E'a\\'b', $x$ y $$ $x$, $$z$$", "select ?, ?, ?, ?, ?, ?"),
    ("postgres", 'select "Ab".c, t.* /* a /* b */ c */ from X where d=$1', 'select "Ab".c, t.* from x where d = ?'),
    ("postgres", "select u&'x', n'abc', x'ff', 0xff, 1_000, .5, 1.e3", "select ?, ?, ?, ?, ?, ?, ?"),
    ("postgres", "select a - 1, b -1 from t where c = -1;", "select a - ?, b - ? from t where c = ?"),
    ("postgres", "select 1 where i in ($1 /*, ... */)", "select ? where i in (?)"),
    ("postgres", "select 'never ends", "select ?"),
    ("postgres", "select $$never ends", "select ?"),
    ("postgres", "select 1 /* never ends 'x'", "select ?"),
    ("postgres", "alter role x password 'secret'", "alter role x password ?"),
    ("mysql", "INSERT INTO `T` (A) VALUES (NULL),\n( \"x\\\"y\"), (-3) # c\n", "insert into `T` (A) values (?)"),
    ("mysql", "SELECT 'a\\'b', \"c\" FROM Orders", "select ?, ? from Orders"),
    ("databricks", "select * from parquet.`s3://a:b@c/x?sig=d` where e = 1", "select * from parquet.`?` where e = ?"),
    ("duckdb", "select * from \"https://h/x.csv?sig=d\"", 'select * from "?"'),
    ("bigquery", "select * from `p.d.T` where X = 'a'", "select * from `p.d.T` where X = ?"),
    ("tsql", "SELECT [a b].x FROM [a b], #tmp WHERE z = @p1", "select [a b].x from [a b], #tmp where z = @p1"),
    ("", "select date '2024-01-01' where d in (date '2024', date '2025')", "select date ? where d in (date ?)"),
]  # fmt: skip


@pytest.mark.parametrize(("dialect", "sql", "text"), SHOWN)
def test_what_is_left_of_a_statement(dialect: str, sql: str, text: str) -> None:
    assert Fingerprints(dialect).of(sql).text == text


SAME = [
    ("postgres", "select * from t where a in (1)", "SELECT *\nFROM t WHERE a IN (1,2,3)"),
    ("postgres", "select Name from T", "select name from t"),
    ("postgres", "insert into t values (1, 'a')", "insert into t values (2, null), (3, 'b')"),
    ("postgres", "insert into t values (1, now())", "insert into t values (2, now()), (3, now())"),
    ("postgres", "select 1 where a = any(array[1,2])", "select 1 where a = any(array[3])"),
    ("mysql", "select a from t -- x", "select a from t # y"),
]
APART = [
    ("postgres", 'select "Name" from t', 'select "name" from t'),
    ("mysql", "select a from Orders", "select a from orders"),
    ("postgres", "select a from t", "select a from t limit 1"),
    ("postgres", "insert into t values (1)", "insert into t values (1, 2)"),
    ("postgres", "select f(1)", "select f(1, 2)"),
]


@pytest.mark.parametrize(("dialect", "one", "other"), SAME)
def test_statements_that_differ_in_literals_and_spelling_are_one(dialect: str, one: str, other: str) -> None:
    fingerprints = Fingerprints(dialect)
    assert fingerprints.key(one) == fingerprints.key(other) == fingerprints.of(one).key


@pytest.mark.parametrize(("dialect", "one", "other"), APART)
def test_statements_of_other_names_or_shapes_are_two(dialect: str, one: str, other: str) -> None:
    fingerprints = Fingerprints(dialect)
    assert fingerprints.key(one) != fingerprints.key(other)


def test_a_statement_of_ten_megabytes_is_folded_while_it_is_read() -> None:
    rows = ",".join(f"({i},'abc{i}',null)" for i in range(100_000))
    assert Fingerprints("postgres").of(f"insert into t values {rows}").text == "insert into t values (?, ?, ?)"
    branches = " ".join(f"when a{i}=1 then 2" for i in range(50_000))
    assert len(Fingerprints("postgres").of(f"select case {branches} end").text) <= LONGEST_TEXT


@pytest.mark.parametrize("piece", ["/*", "$a$", "'\\", "(", "( ? , ", ") , ( ", "in ( ?, "])
def test_no_text_takes_long(piece: str) -> None:
    assert Fingerprints("postgres").of(piece * 100_000).text is not None


def test_fingerprints_are_the_same_in_every_process() -> None:
    assert Fingerprints("postgres").key("select 1") == -5069706223308934285
