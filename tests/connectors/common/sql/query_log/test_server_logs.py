from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from connectors.common.sql.query_log.formats.mysql import MysqlGeneralLog, MysqlSlowLog
from connectors.common.sql.query_log.formats.postgres import PostgresCsvLog, PostgresJsonLog
from tests.connectors.common.sql.query_log.reading import CLOCK, SAMPLES, pages, read

POSTGRES = [(PostgresCsvLog, "postgres18.csv"), (PostgresJsonLog, "postgres18.json")]


@pytest.mark.parametrize(("kind", "name"), POSTGRES)
def test_a_log_of_postgres_has_each_statement_once_with_its_duration(kind: type, name: str) -> None:
    found, tally = read(kind(CLOCK), SAMPLES / name)
    assert [each.text for each in found] == [
        "create table t(a int, b text)",
        "insert into t values (1,'x; y'),(2,'it''s \"q\"')",
        "select *\nfrom t where a=$1",
        *["select * from t where a=$1 and b<>'z'"] * 7,
        "prepare st(int) as select b from t where a=$1",
        "select b from t where a=$1",  # execute st(3)
        "set log_statement='none'",
        "set log_min_duration_statement=0",
        "select count(*) from t",
        "select b from t where a=$1",
        "select 1; select 2",
    ]
    assert all(each.duration_ms for each in found)
    assert {(each.user, each.database) for each in found} == {("postgres", "postgres")}
    assert (tally.statements, dict(tally.counts), tally.problems) == (17, {"failed": 1}, [])


@pytest.mark.parametrize(("kind", "name"), POSTGRES)
def test_reading_goes_on_behind_a_half_line_when_it_is_whole(kind: type, name: str, tmp_path: Path) -> None:
    whole = (SAMPLES / name).read_bytes()
    log = tmp_path / "log"
    expected, _ = read(kind(CLOCK), SAMPLES / name)
    # a statement whose refusal comes later is handed on
    for cut in range(len(whole) // 2, len(whole), 997):
        log.write_bytes(whole[:cut])
        before, tally = pages(kind(CLOCK), log)
        assert not tally.counts["broken"]
        log.write_bytes(whole)
        after, _ = pages(kind(CLOCK), log, after=before[-1].position)
        texts = [each.text for page in [*before, *after] for each in page.statements]
        assert [text for text in texts if "nothing" not in text] == [each.text for each in expected]


def test_a_rotated_log_is_gone_on_with_under_its_new_name(tmp_path: Path) -> None:
    lines = (SAMPLES / "postgres18.csv").read_text().splitlines(keepends=True)
    log = tmp_path / "pg.csv"
    log.write_text("".join(lines[:12]))
    before, _ = pages(PostgresCsvLog(CLOCK), tmp_path / "pg.csv*")
    with log.open("a") as file:
        file.write("".join(lines[12:20]))
    log.rename(tmp_path / "pg.csv.1")
    log.write_text("".join(lines[20:]))
    after, _ = pages(PostgresCsvLog(CLOCK), tmp_path / "pg.csv*", after=before[-1].position)
    expected, _ = read(PostgresCsvLog(CLOCK), SAMPLES / "postgres18.csv")
    assert [each.text for page in [*before, *after] for each in page.statements] == [each.text for each in expected]


def test_a_compressed_log_is_read(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "pg.csv.gz", "wb") as file:
        file.write((SAMPLES / "postgres18.csv").read_bytes())
    assert len(read(PostgresCsvLog(CLOCK), tmp_path / "pg.csv.gz")[0]) == 17


def test_a_cut_archive_gives_what_it_has_and_a_problem(tmp_path: Path) -> None:
    data = gzip.compress((SAMPLES / "postgres18.csv").read_bytes())
    (tmp_path / "pg.csv.gz").write_bytes(data[: len(data) // 2])
    _, tally = read(PostgresCsvLog(CLOCK), tmp_path / "pg.csv.gz")
    assert [problem.reason for problem in tally.problems] == ["unreadable"]


def test_a_log_without_statements_says_what_to_set(tmp_path: Path) -> None:
    log = tmp_path / "pg.csv"
    log.write_text((SAMPLES / "postgres18.csv").read_text().splitlines(keepends=True)[0])
    _, tally = read(PostgresCsvLog(CLOCK), log)
    assert [problem.reason for problem in tally.problems] == ["empty"]
    assert "log_min_duration_statement" in tally.problems[0].remedy


def test_a_broken_record_costs_itself(tmp_path: Path) -> None:
    lines = (SAMPLES / "postgres18.csv").read_text().splitlines(keepends=True)
    log = tmp_path / "pg.csv"
    log.write_text(
        "".join([*lines[:10], '2026-11-30 05:12:26.772 UTC,"half a rec\n', "\x00\x00garbage\n", *lines[10:]])
    )
    found, tally = read(PostgresCsvLog(CLOCK), log)
    assert len(found) == 17
    assert tally.counts["broken"] == 2


TEXTS = [
    "select *\n from t\n where a=1",
    "prepare st from 'select b from t where a=?'",
    "set @x=1",
    "select b from t where a=1",
    "select nothing from t",
    "update t set b='z' where a=2",
    "select 1",
]


@pytest.mark.parametrize(
    ("kind", "name"), [(MysqlGeneralLog, "mariadb_general.log"), (MysqlSlowLog, "mariadb_slow.log")]
)
def test_both_logs_of_mariadb_tell_the_same(kind: type, name: str) -> None:
    found, tally = read(kind(CLOCK), SAMPLES / name)
    assert [each.text for each in found if each.text != "SET NAMES utf8mb4"][-7:] == TEXTS
    assert len(found) == tally.statements == 14
    assert not tally.counts
    assert {(each.user, each.database) for each in found[4:]} == {("headrace", "shop")}
    assert [each.time for each in found[-2:]] == [1796015579.0, 1796015580.0]


def test_the_slow_log_tells_durations_and_rows() -> None:
    found, _ = read(MysqlSlowLog(CLOCK), SAMPLES / "mariadb_slow.log")
    assert (found[4].duration_ms, found[6].rows) == (19.673, 1)


def test_the_general_log_of_mysql_tells_sessions() -> None:
    found, _ = read(MysqlGeneralLog(CLOCK), SAMPLES / "mysql8_general.log")
    assert [(each.user, each.database, each.session, each.text) for each in found] == [
        ("app", "shop", "8", "SELECT *\nFROM orders\nWHERE id = 1"),
        ("app", "shop", "8", "SELECT a FROM t WHERE b = 5"),
        ("app", "logs", "8", "DELETE FROM old"),
    ]


def test_the_slow_log_of_mysql_remembers_the_database_of_a_session() -> None:
    found, tally = read(MysqlSlowLog(CLOCK), SAMPLES / "mysql8_slow.log")
    assert [(each.time, each.database, each.session, each.text) for each in found] == [
        (1795946404.0, "shop", "8", "SELECT *\nFROM orders\nWHERE note = '\n# not a head'"),
        (1795946406.0, "shop", "8", "UPDATE orders SET total = 1"),
    ]
    assert not tally.counts


@pytest.mark.parametrize("name", ["mariadb_general.log", "mysql8_slow.log"])
def test_a_log_of_another_kind_is_told(name: str) -> None:
    found, tally = read(PostgresCsvLog(CLOCK), SAMPLES / name)
    assert not found
    assert tally.counts["broken"]
    assert tally.problems[-1].reason == "empty"
