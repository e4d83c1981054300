"""What ``headrace check`` says of a query log."""

from __future__ import annotations

from pathlib import Path

from connectors.common.sql.query_log.days.trial import tried
from connectors.common.sql.query_log.logs import log_of
from specs.sources.base import Step
from tests.connectors.common.sql.query_log.test_days import DAY, NOW, files, line, logged, write


def check(kind: str, path: Path | str) -> Step:
    return tried(log_of(files(kind, path), now=NOW), kind, NOW)


def test_a_log_is_told_with_its_first_and_last_time(tmp_path: Path) -> None:
    write(tmp_path / "a.log", "postgres_csvlog", logged(12_000, days=7))
    step = check("postgres_csvlog", tmp_path / "*.log")
    assert step.ok
    assert step.evidence.startswith("postgres_csvlog, 1 files of 2.0 MB; ")
    assert "from 2026-11-23 01:" in step.evidence
    assert "to 2026-11-30 00:58:00 UTC" in step.evidence


def test_what_is_wrong_is_told_with_what_to_do(tmp_path: Path) -> None:
    log = tmp_path / "a.log"
    log.write_text("query,time\n")
    assert "there is no column 'text'" in check("csv", log).evidence
    assert "columns:" in check("csv", log).remedy
    log.write_text(line("postgres_csvlog", DAY, 1).replace("statement: ", "connection: "))
    assert "log_min_duration_statement" in check("postgres_csvlog", log).remedy
    missing = check("jsonl", tmp_path / "none")
    assert (missing.ok, missing.remedy) == (False, "check the path in the recipe")
    write(log, "jsonl", [(DAY, 1)])
    log.write_text(line("jsonl", DAY, 1) * 3 + "nonsense\n" + line("jsonl", int(NOW) + 200_000, 2))
    step = check("jsonl", log)
    assert step.ok
    assert "1 broken, 1 future" in step.evidence
    log.write_text("nonsense\n" * 3)
    assert not check("jsonl", log).ok
