from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from connectors.common.sql.query_log.files import PAGE_STATEMENTS
from connectors.common.sql.query_log.formats.exports import CsvExport, JsonExport
from connectors.common.sql.query_log.formats.parquet import ParquetExport
from connectors.common.sql.query_log.lines import LONGEST_RECORD
from connectors.common.sql.query_log.statements import LogStatement, TimeSpan
from tests.connectors.common.sql.query_log.reading import NOW, columns, pages, read

DAY = 1_795_910_400.0
HEADER = "time,user,database,session,text,duration,rows\n"
WHOLE = LogStatement(DAY, "ann", "shop", "s1", "select 1,\n2", 1.5, 3)


def test_csv_is_read_by_its_header(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text(HEADER + '2026-11-29T00:00:00Z,ann,shop,s1,"select 1,\n2",1.5,3\n')
    found, tally = read(CsvExport(columns()), log)
    assert found == [WHOLE]
    assert not tally.problems


def test_columns_have_other_names_and_other_order(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text('Query_Text,started,who\n"select 1",1795910400123,ann\n')
    found, _ = read(CsvExport(columns({"text": "query_text", "time": "started", "user": "who"})), log)
    assert found == [LogStatement(DAY + 0.123, "ann", "", "", "select 1")]


@pytest.mark.parametrize("kind", [CsvExport, JsonExport])
def test_a_missing_column_is_told_with_those_that_are_there(kind: type, tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("time,query\n1,2\n" if kind is CsvExport else '{"time": 1, "query": 2}\n')
    found, tally = read(kind(columns()), log)
    assert not found
    assert tally.problems[0].message == "there is no column 'text' for the text; there are 'time', 'query'"
    assert "columns:" in tally.problems[0].remedy


def test_swapped_columns_are_told_and_every_line_is_counted(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text("text,time\n" + "2026-11-29 00:00:00,select 1\n" * 50)
    found, tally = read(CsvExport(columns()), log)
    assert not found
    assert tally.counts["broken"] == 50
    assert (len(tally.problems), tally.more_problems) == (21, 30)
    assert "swapped" in tally.problems[0].message


def test_the_last_line_of_csv_may_lack_its_end_or_be_cut(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text("time,text,user\n2026-11-29 00:00:00,select 1,ann\n2026-11-29 00:00:00,select 2,bob")
    assert [each.text for each in read(CsvExport(columns()), log)[0]] == ["select 1", "select 2"]
    for cut in ("2026-11-29 00:0", '2026-11-29 00:00:00,"select 2', "2026-11-29 00:00:00,sel"):
        log.write_text(f"time,text,user\n2026-11-29 00:00:00,select 1,ann\n{cut}")
        before, tally = pages(CsvExport(columns()), log)
        assert dict(tally.counts) == {"unfinished": 1}
        log.write_text("time,text,user\n2026-11-29 00:00:00,select 1,ann\n2026-11-29 00:00:00,select 2,bob\n")
        after, _ = pages(CsvExport(columns()), log, after=before[-1].position)
        assert [each.text for page in after for each in page.statements] == ["select 2"]


def test_mixed_encodings_cost_nothing(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    line = '{"time": "2026-11-29 00:00:00", "text": "select \'é\'"}\n'
    log.write_bytes(b"\xef\xbb\xbf" + line.encode() + line.encode("latin-1"))
    found, tally = read(JsonExport(columns()), log)
    assert [each.text for each in found] == ["select 'é'"] * 2
    assert dict(tally.counts) == {"recoded": 1}


def test_utf16_is_told(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text(HEADER, encoding="utf-16")
    assert read(CsvExport(columns()), log)[1].problems[0].remedy == "write it as UTF-8"


def test_broken_json_costs_its_line(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    good = '{"time": 1795910400, "text": "select 1", "duration": 1.5}\n'
    log.write_text(good + "{nonsense\n[]\n" + '{"time": "x", "text": "a"}\n' + "[" * 100_000 + "\n" + good + good[:20])
    found, tally = read(JsonExport(columns()), log)
    assert len(found) == 2
    assert dict(tally.counts) == {"broken": 4, "unfinished": 1}


def test_a_quote_without_its_twin_costs_its_record(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    good = '2026-11-29 00:00:00,"select 1"\n'
    log.write_text("time,text\n" + good + '2026-11-29 00:00:00,"select\n' + good * 3)
    found, tally = read(CsvExport(columns()), log)
    assert len(found) == 4
    assert dict(tally.counts) == {"broken": 1}


def test_a_record_that_never_ends_costs_itself(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    good = '{"time": 1795910400, "text": "select 1"}\n'
    log.write_text(good + "x" * (2 * LONGEST_RECORD + 5) + "\n" + good)
    found, tally = read(JsonExport(columns()), log)
    assert len(found) == 2
    assert dict(tally.counts) == {"too_long": 1}


def test_statements_outside_the_span_and_of_the_future_are_counted(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    times = [DAY - 1, DAY, DAY + 86399.5, DAY + 86400, NOW + 3 * 86400]
    log.write_text("".join(json.dumps({"time": time, "text": "select 1"}) + "\n" for time in times))
    os.utime(log, (NOW, NOW))
    found, tally = read(JsonExport(columns()), log, TimeSpan(DAY, DAY + 86400))
    assert [each.time for each in found] == [DAY, DAY + 86399.5]
    assert (tally.statements, dict(tally.counts)) == (2, {"outside": 2, "future": 1})


def test_any_position_is_one_to_go_on_from(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    count = PAGE_STATEMENTS * 2 + 10
    log.write_text("time,text\n" + "".join(f'{DAY + i},"select\n{i}"\n' for i in range(count)))
    found, _ = pages(CsvExport(columns()), log)
    assert [len(page.statements) for page in found] == [PAGE_STATEMENTS, PAGE_STATEMENTS, 10]
    rest, _ = pages(CsvExport(columns()), log, after=found[0].position)
    assert rest == found[1:]
    assert not pages(CsvExport(columns()), log, after=found[-1].position)[0]


def test_a_file_that_cannot_be_read_is_told_and_the_others_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").mkdir()
    (tmp_path / "b.jsonl").write_text('{"time": 1795910400, "text": "select 1"}\n')
    found, tally = read(JsonExport(columns()), tmp_path / "*.jsonl")
    assert (len(found), [problem.reason for problem in tally.problems]) == (1, ["unreadable"])
    assert read(JsonExport(columns()), tmp_path / "none")[1].problems[0].reason == "missing"


def test_parquet_is_read_in_pieces(tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    log = tmp_path / "log.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            "COPY (SELECT TIMESTAMP '2026-11-29' + INTERVAL (i) SECOND AS time, "
            "(TIMESTAMP '2026-11-29' + INTERVAL (i) SECOND)::TIMESTAMPTZ AS zoned, "
            "'select ' || i AS sql, 'ann' AS user, "
            f"1.5 AS duration FROM range(5000) t(i)) TO '{log}' (FORMAT parquet)"
        )
    found, _ = pages(ParquetExport(columns({"text": "sql"})), log)
    assert [len(page.statements) for page in found] == [2000, 2000, 1000]
    assert found[0].statements[1] == LogStatement(DAY + 1, "ann", "", "", "select 1", 1.5)
    rest, _ = pages(ParquetExport(columns({"text": "sql"})), log, after=found[0].position)
    assert rest == found[1:]
    zoned, _ = read(ParquetExport(columns({"text": "sql", "time": "zoned"})), log)
    assert [each.text for each in zoned[:2]] == ["select 0", "select 1"]
    assert zoned[1].time - zoned[0].time == 1.0
    assert "'sql'" in read(ParquetExport(columns()), log)[1].problems[0].message
    log.write_bytes(log.read_bytes()[:100])
    assert read(ParquetExport(columns()), log)[1].problems[0].reason == "unreadable"
