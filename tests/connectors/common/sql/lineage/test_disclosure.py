"""Texts hold passwords, and answers are stored, shown and sent on: no answer has one."""

from __future__ import annotations

import pytest

from connectors.common.sql.lineage.analysis.analyzer import LineageAnalyzer
from connectors.common.sql.lineage.analysis.disclosure import address, expression, reason
from specs.contracts.parts.statements import Statement

S = "Geheim7"
SIGNED = f"b/x?sv=1&sig={S}"


@pytest.mark.parametrize(
    ("dialect", "sql"),
    [
        ("snowflake", f"copy into t from 's3://{SIGNED}' credentials=(aws_key_id='{S}' aws_secret_key='{S}')"),
        ("snowflake", f"copy into 's3://u:{S}@b/x' from t"),
        ("snowflake", f"create stage s url='s3://{SIGNED}' credentials=(aws_secret_key='{S}')"),
        ("redshift", f"copy t from 's3://b/x' credentials 'aws_access_key_id=A;aws_secret_access_key={S}'"),
        ("redshift", f"unload ('select a from t where p = ''{S}''') to 's3://{SIGNED}' iam_role 'x'"),
        ("bigquery", f"load data into t from files (format='CSV', uris=['gs://{SIGNED}'])"),
        ("bigquery", f"export data options(uri='gs://{SIGNED}', format='CSV') as select a from t"),
        ("databricks", f"copy into t from 'abfss://c@a/x?sig={S}' with (credential (azure_sas_token = '{S}'))"),
        ("databricks", f"select * from parquet.`abfss://c@a/x?sig={S}`"),
        ("databricks", f"select * from csv.`s3://AK:{S}@b/x`"),
        ("clickhouse", f"insert into t select * from s3('https://{SIGNED}', 'AK', '{S}', 'CSV')"),
        ("clickhouse", f"insert into t select a from mysql('h:1', 'd', 't', 'u', '{S}')"),
        ("duckdb", f"create table n as select * from 'https://{SIGNED}'"),
        ("duckdb", f'create table n as select * from "https://{SIGNED}"'),
        ("duckdb", f"copy t to 's3://b/x?s3_secret_access_key={S}'"),
        ("duckdb", f"attach 'postgres://u:{S}@h/d' as p (type postgres)"),
        ("tsql", f"select * into n from openrowset('SQLNCLI', 'Server=x;Pwd={S};', 'select a from b') as z"),
        ("tsql", f"create login u with password = '{S}'"),
        ("oracle", f"create user u identified by {S}"),
        ("oracle", f"create database link l connect to u identified by {S} using 'x'"),
        ("mysql", f'create user u identified by "{S}"'),
        ("mysql", f"create table f (a int) engine=federated connection='mysql://u:{S}@h/d/t'"),
        ("postgres", f"insert into t select * from dblink('host=h password={S}', 'select 1') as x(a int)"),
        ("postgres", f"select dblink_exec('password={S}', a) as a from t"),
        ("postgres", f"select pgp_sym_decrypt(a, '{S}') as a from t"),
        ("postgres", f"create user mapping for u server s options (user 'a', password '{S}')"),
        ("postgres", f"copy t from program 'curl -u u:{S} http://x'"),
        ("postgres", f"select a from t where p = '{S}"),
        ("postgres", f"select a from t where p = interval '{S}' x y"),
        ("", f"connect to h user u using {S}"),
        ("", f"insert into t from x '{S}"),
    ],
)
def test_no_answer_holds_a_secret(dialect: str, sql: str) -> None:
    analyzer, given = LineageAnalyzer(), [Statement(0, sql, dialect)]
    assert S.lower() not in repr((analyzer.names(given), analyzer.lineage(given, {}))).lower()


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("encrypt(a, 'geheim(') || '('", "encrypt(a, '***') || '('"),
        (r"encrypt('C:\', 'geheim', 'b')", "encrypt(***"),
        ("f('user=a password=geheim') = 'x'", "f('user=a password=***') = 'x'"),
        ("hmac(a, 'geheim", "hmac(a, '***'"),
        ("CASE WHEN state = 'paid' THEN 1 END", "CASE WHEN state = 'paid' THEN 1 END"),
    ],
)
def test_expressions_keep_what_is_no_secret(said: str, told: str) -> None:
    assert expression(said) == told


@pytest.mark.parametrize("address_", ["s3://b/year=2026/x?.csv", "abfss://c@a.dfs/x", "@stage/x", "/tmp/x?a=b"])
def test_addresses_without_secrets_are_told_as_they_are(address_: str) -> None:
    assert address(address_) == address_


@pytest.mark.parametrize("text", ["encrypt(" * 100_000, "'" * 1_000_001, "x" * 1_000_000, "password=" * 100_000])
def test_long_expressions_are_cut(text: str) -> None:
    assert len(expression(f"{text}'")) < 2020


def test_an_error_says_where_it_is_and_what_is_expected() -> None:
    ((found,),) = LineageAnalyzer().lineage([Statement(0, "select a\nfrom (", "postgres")], {})
    assert found.error == "Expected table name. Line 2, Col: 6."
    assert reason(KeyError("geheim")) == "the parser broke (KeyError)"
