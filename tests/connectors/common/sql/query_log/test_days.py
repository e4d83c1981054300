"""The days of a log: whatever the format and the order, each is read whole from its own places, and no byte in vain."""

from __future__ import annotations

import gzip
import json
import os
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.common.sql.query_log.days.file_days import FileDays
from connectors.common.sql.query_log.days.plan import LogDay, LogDays, known_files
from connectors.common.sql.query_log.logs import log_of
from connectors.common.sql.query_log.statements import LogTally, TimeSpan
from specs.sources.database.extracts import QueryLogFiles, UsageExtract

DAY = 1_795_910_400
"""2026-11-29, 00:00 UTC."""
NOW = DAY + 86_400 + 3600.0
WINDOW = UsageExtract(window=7 * 86400.0)
DAYS = [f"2026-11-{day}" for day in range(24, 31)]
FORMATS = ["postgres_csvlog", "postgres_jsonlog", "mysql_general_log", "mysql_slow_log", "csv", "jsonl"]

Logged = tuple[int, int]
"""Second, and number of a statement."""


def line(kind: str, second: int, number: int) -> str:
    """A statement as a log has it; every third one spans lines and has quotes."""
    text = f"select {number}" if number % 3 else f"select {number},\n'a \"b\"'"
    at = datetime.fromtimestamp(second, UTC)
    stamp = f"{at:%Y-%m-%d %H:%M:%S}.000 UTC"
    message = f"statement: {text}" if number <= 300 else f"duration: 1.0 ms  statement: {text}"
    quoted = '"' + message.replace('"', '""') + '"'
    match kind:
        case "postgres_csvlog":
            return f'{stamp},"u","d",1,"h",s{number},1,"x",{stamp},,0,LOG,00000,{quoted},,,,,,,,,"psql","b",,0\n'
        case "postgres_jsonlog":
            entry = {"timestamp": stamp, "user": "u", "session_id": f"s{number}", "error_severity": "LOG"}
            return json.dumps(entry | {"message": message}, separators=(",", ":")) + "\n"
        case "mysql_general_log":
            return f"{at:%Y-%m-%dT%H:%M:%S}.000000Z\t {number} Query\t{text}\n"
        case "mysql_slow_log":
            head = f"# User@Host: u[u] @ h []  Id: {number}\n# Query_time: 0.1  Lock_time: 0  Rows_sent: 1\n"
            return f"{head}SET timestamp={second};\n{text};\n"
        case "csv":
            return f'{second},"{text.replace(chr(34), chr(34) * 2)}"\n'
    return json.dumps({"time": second, "text": text}) + "\n"


def write(path: Path, kind: str, logged: Iterable[Logged], *, head: bool = True) -> None:
    text = "".join(line(kind, second, number) for second, number in logged)
    data = ("time,text\n" if kind == "csv" and head else "") + text
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(data.encode()))
    else:
        with path.open("a") as file:
            file.write(data)
    os.utime(path, (NOW, NOW))


def files(kind: str, *paths: Path | str) -> QueryLogFiles:
    return QueryLogFiles.model_validate({"type": kind, "files": [str(path) for path in paths]})


def find(settings: QueryLogFiles, known: Iterable[FileDays] = (), days: Sequence[str] = DAYS) -> dict[str, LogDay]:
    return LogDays(log_of(settings, now=NOW), WINDOW.day_of, WINDOW.bounds).find(days, known)


def texts(settings: QueryLogFiles, day: str, plan: LogDay) -> Counter[str]:
    """The statements of a day, read from its places alone."""
    tally, span = LogTally(), TimeSpan(*WINDOW.bounds(date.fromisoformat(day)))
    assert plan.places is not None
    pages = log_of(settings, now=NOW).placed(
        span, tally, LogDay.of_json(json.loads(json.dumps(plan.as_json()))).places or ()
    )
    assert pages is not None
    found = Counter(each.text for page in pages for each in page.statements)
    assert not tally.problems
    return found


def whole(settings: QueryLogFiles, day: str) -> Counter[str]:
    """The statements of a day, looked for in all files."""
    span = TimeSpan(*WINDOW.bounds(date.fromisoformat(day)))
    return Counter(each.text for page in log_of(settings, now=NOW).pages(span, LogTally()) for each in page.statements)


def logged(count: int, *, days: int = 9, seed: int = 1) -> list[Logged]:
    """Statements of ``days`` days, the last of which is that of now."""
    chosen = random.Random(seed)
    seconds = sorted(DAY + 90_000 - chosen.randrange(days * 86_400) for _ in range(count))
    return [(second, number) for number, second in enumerate(seconds, 1)]


@pytest.mark.parametrize("order", ["as it was", "nearly", "none"])
@pytest.mark.parametrize("kind", FORMATS)
def test_each_day_is_read_whole_from_its_places(kind: str, order: str, tmp_path: Path) -> None:
    told = logged(300)
    if order == "nearly":
        told = sorted(told, key=lambda each: each[0] + random.Random(each[1]).randrange(9_000))
    elif order == "none":
        random.Random(2).shuffle(told)
    write(tmp_path / "a.log", kind, told[:200])
    write(tmp_path / "b.log", kind, told[200:])
    settings = files(kind, tmp_path / "*.log")
    plans = find(settings)
    found = {day: texts(settings, day, plan) for day, plan in plans.items()}
    assert found == {day: whole(settings, day) for day in DAYS}
    assert sum(found[DAYS[0]].values()) > 10
    again = find(settings, [file for plan in plans.values() for file in plan.files])
    assert [plan.seal for plan in again.values()] == [plan.seal for plan in plans.values()]


@pytest.mark.parametrize("kind", FORMATS)
def test_days_for_which_nothing_was_written_stay_sealed_while_the_file_grows(kind: str, tmp_path: Path) -> None:
    told, log = logged(300), tmp_path / "a.log"
    write(log, kind, told[:250])
    settings = files(kind, log)
    before = find(settings)
    write(log, kind, told[250:], head=False)
    after = find(settings, [file for plan in before.values() for file in plan.files])
    fresh = find(settings)
    assert {day: plan.places for day, plan in after.items()} == {day: plan.places for day, plan in fresh.items()}
    last = datetime.fromtimestamp(told[249][0], UTC).date().isoformat()
    for day in DAYS:
        assert (after[day].seal == before[day].seal) == (day < last or not whole(settings, day))
        assert texts(settings, day, after[day]) == whole(settings, day)


@pytest.mark.parametrize("grown", [False, True])
def test_a_window_that_is_widened_has_its_older_days(grown: bool, tmp_path: Path) -> None:
    told, log = logged(300), tmp_path / "a.log"
    write(log, "jsonl", told[:-20])
    settings = files("jsonl", log)
    wide = find(settings)
    narrow = find(settings, [file for plan in wide.values() for file in plan.files], DAYS[-1:])
    if grown:
        write(log, "jsonl", told[-20:])
    known = known_files(json.loads(json.dumps([file.as_json() for plan in narrow.values() for file in plan.files])))
    again = find(settings, known)
    assert {day: plan.places for day, plan in again.items()} == {
        day: plan.places for day, plan in find(settings).items()
    }
    for day in DAYS:
        assert texts(settings, day, again[day]) == whole(settings, day)


def test_a_log_that_was_rotated_or_written_anew_is_looked_at_again(tmp_path: Path) -> None:
    told, log = logged(300), tmp_path / "a.log"
    write(log, "jsonl", told)
    settings = files("jsonl", tmp_path / "a.log*")
    before = find(settings)
    log.rename(tmp_path / "a.log.1")
    write(log, "jsonl", [(DAY + 89_000, 1000)])
    assert texts(settings, DAYS[2], before[DAYS[2]]) == whole(settings, DAYS[2])
    (tmp_path / "a.log.1").write_text("".join(line("jsonl", second, number + 5) for second, number in told))
    pages = log_of(settings, now=NOW).placed(TimeSpan(0, NOW), LogTally(), before[DAYS[2]].places or ())
    assert pages is None
    after = find(settings, [file for plan in before.values() for file in plan.files])
    assert after[DAYS[2]].seal != before[DAYS[2]].seal
    assert texts(settings, DAYS[2], after[DAYS[2]]) == whole(settings, DAYS[2])


def test_archives_and_parquet_have_their_days(tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    told = logged(300)
    write(tmp_path / "a.log.gz", "postgres_csvlog", told)
    rows = ", ".join(f"(to_timestamp({second}), 'select {number}')" for second, number in told)
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT * FROM (VALUES {rows}) t(time, text)) TO '{tmp_path}/a.parquet'")
    for settings in (files("postgres_csvlog", tmp_path / "*.gz"), files("parquet", tmp_path / "*.parquet")):
        os.utime(tmp_path / "a.parquet", (NOW, NOW))
        assert {day: texts(settings, day, plan) for day, plan in find(settings).items()} == {
            day: whole(settings, day) for day in DAYS
        }


def test_a_quote_that_is_missing_hides_no_day(tmp_path: Path) -> None:
    log, told = tmp_path / "a.log", logged(90)
    lines = [line("postgres_csvlog", second, number) for second, number in told]
    lines[20] = lines[20].replace('"', "", 1)
    log.write_text("".join(lines))
    os.utime(log, (NOW, NOW))
    settings = files("postgres_csvlog", log)
    for day, plan in find(settings).items():
        tally, span = LogTally(), TimeSpan(*WINDOW.bounds(date.fromisoformat(day)))
        pages = log_of(settings, now=NOW).placed(span, tally, plan.places or ())
        assert pages is not None
        assert Counter(each.text for page in pages for each in page.statements) == whole(settings, day)


def test_how_a_statement_ended_is_looked_for_behind_its_day(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    stamps = ["2026-11-28 23:59:59.000 UTC", "2026-11-29 00:00:01.000 UTC", "2026-11-29 00:00:02.000 UTC"]

    def entry(stamp: str, session: str, severity: str, message: str) -> str:
        return f'{stamp},"u","d",1,"h",{session},1,"x",{stamp},,0,{severity},00000,"{message}",,,,,,,,,"psql","b",,0\n'

    log.write_text(
        entry(stamps[0], "a", "LOG", "statement: select 1")
        + entry(stamps[0], "b", "LOG", "statement: select 2")
        + entry(stamps[1], "b", "ERROR", "no")
        + entry(stamps[1], "c", "LOG", "statement: select 3")
        + entry(stamps[2], "a", "LOG", "duration: 3000.0 ms")
    )
    os.utime(log, (NOW, NOW))
    settings = files("postgres_csvlog", log)
    plans, told = find(settings), {}
    for day in ("2026-11-28", "2026-11-29"):
        tally = LogTally()
        pages = log_of(settings, now=NOW).placed(
            TimeSpan(*WINDOW.bounds(date.fromisoformat(day))), tally, plans[day].places or ()
        )
        assert pages is not None
        found = [(each.text, each.duration_ms) for page in pages for each in page.statements]
        told[day] = (found, tally.counts["failed"], tally.waiting)
    assert told == {
        "2026-11-28": ([("select 1", 3000.0)], 1, 0),
        "2026-11-29": ([("select 3", None)], 0, 1),  # it may still run
    }


@pytest.mark.parametrize("kind", ["postgres_csvlog", "postgres_jsonlog", "csv", "jsonl"])
def test_a_window_reads_a_file_twice_at_most_and_later_only_what_was_written(kind: str, tmp_path: Path) -> None:
    told, log = logged(40_000, days=7), tmp_path / "a.log"
    write(log, kind, told[:-100])
    settings, size = files(kind, log), log.stat().st_size
    begun = _bytes_read()
    plans = find(settings)
    inside = sum(second >= WINDOW.bounds(date.fromisoformat(DAYS[0]))[0] for second, _ in told[:-100])
    assert sum(sum(texts(settings, day, plan).values()) for day, plan in plans.items()) == inside
    assert _bytes_read() - begun < 2.1 * size
    write(log, kind, told[-100:], head=False)
    known = [file for plan in plans.values() for file in plan.files]
    begun = _bytes_read()
    after = find(settings, known)
    assert [day for day in DAYS if after[day].seal != plans[day].seal] == DAYS[-1:]
    assert sum(texts(settings, DAYS[-1], after[DAYS[-1]]).values()) > 100
    assert _bytes_read() - begun < 0.2 * size


def test_what_cannot_be_trusted_has_no_places(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    log.write_text("nonsense\n" * 10)
    os.utime(log, (NOW, NOW))
    assert {plan.places for plan in find(files("jsonl", log)).values()} == {None}
    assert {plan.places for plan in find(files("jsonl", tmp_path / "none")).values()} == {None}


def test_a_file_without_statements_is_told_with_the_last_day(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    write(log, "postgres_csvlog", [])
    log.write_text(line("postgres_csvlog", DAY, 1).replace("statement: ", "connection: "))
    os.utime(log, (NOW, NOW))
    settings = files("postgres_csvlog", log)
    plans, tally = find(settings), LogTally()
    assert [bool(plan.places) for plan in plans.values()] == [False] * 6 + [True]
    list(log_of(settings, now=NOW).placed(TimeSpan(0, NOW), tally, plans[DAYS[-1]].places or ()) or ())
    assert [problem.reason for problem in tally.problems] == ["empty"]


def _bytes_read() -> int:
    told: dict[str, Any] = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    return int(told["rchar"])
