"""A log of which nothing new can be told is not read again; whatever changes what it tells, it is."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from connectors.common.sql.lineage.logs.watermark import MOST_NAMES
from specs.entities.base import Entity
from specs.entities.lineage import LineageLog, LogWatermark
from specs.topology.node import Item
from specs.topology.scope import EVERYTHING, KeyRange
from tests.connectors.common.sql.lineage.logs.logged import DAY, LOG, estate, source, write

BOTH = estate("a", "b")
MARK = LOG.child("watermark")
LOAD = "INSERT INTO b SELECT id, name FROM a"
NOON = DAY + 43_200


def walked(log: Path, known: Iterable[Entity], span: KeyRange = EVERYTHING, **settings: Any) -> list[Entity]:
    """What a run stores: the account of the log, and behind all that it told the watermark. Nothing, where it does not
    read the log."""
    made = source(log, known, **settings)
    with closing(made):
        found: list[Entity] = []
        for item in made.query_logs(made.root, EVERYTHING):
            assert isinstance(item, Item)
            found += [each for each in made.yield_log(item, LOG) if isinstance(each, LineageLog)]
            list(made.logged(LOG, span))
            for mark in made.watermarks(LOG, EVERYTHING):
                assert isinstance(mark, Item)
                found += [each for each in made.yield_watermark(mark, MARK) if isinstance(each, Entity)]
    return found


def seal(stored: list[Entity]) -> str:
    (mark,) = [each for each in stored if isinstance(each, LogWatermark)]
    return mark.seal


def append(log: Path, second: float, text: str) -> None:
    before = log.read_text()
    log.write_text(before + write(log.with_name("more"), [(second, "s", text)]).read_text())
    os.utime(log, (NOON, NOON))


def test_a_log_with_nothing_new_is_not_read_again(tmp_path: Path) -> None:
    log = write(tmp_path / "log.jsonl", [(1.0, "s", LOAD), (2.0, "s", "INSERT INTO b SELECT * FROM gone")])
    stored = walked(log, BOTH)
    assert seal(stored)
    assert walked(log, [*BOTH, *stored]) == []
    os.utime(log, (NOON + 5, NOON + 5))
    assert walked(log, [*BOTH, *stored]) == []


@pytest.mark.parametrize("text", [LOAD, "SELECT 1"])
def test_it_is_read_when_something_was_written(text: str, tmp_path: Path) -> None:
    log = write(tmp_path / "log.jsonl", [(1.0, "s", LOAD)])
    stored = walked(log, BOTH)
    append(log, 3.0, text)
    again = walked(log, [*BOTH, *stored])
    assert isinstance(again[0], LineageLog)
    assert again[0].statements == 2
    assert walked(log, [*BOTH, *again]) == []


@pytest.mark.parametrize(
    "now",
    [
        pytest.param(estate("a", "b", "gone"), id="a name fits that fitted nothing"),
        pytest.param(estate("b"), id="what fed a table is gone"),
        pytest.param(estate("a"), id="what was written is gone"),
        pytest.param(estate("a", "b", columns={"a": ("id", "name", "more")}), id="a table has other columns"),
    ],
)
def test_it_is_read_when_the_catalog_has_other_objects(now: list[Entity], tmp_path: Path) -> None:
    log = write(tmp_path / "log.jsonl", [(1.0, "s", LOAD), (2.0, "s", "INSERT INTO b SELECT * FROM gone")])
    stored = walked(log, BOTH)
    assert seal(stored)
    assert walked(log, [*now, *stored])


def test_objects_that_no_statement_names_do_not_matter(tmp_path: Path) -> None:
    log = write(tmp_path / "log.jsonl", [(1.0, "s", LOAD)])
    assert walked(log, [*estate("a", "b", "other"), *walked(log, BOTH)]) == []


def test_it_is_read_when_a_day_with_statements_left_the_window(tmp_path: Path) -> None:
    log = write(tmp_path / "log.jsonl", [(0.0, "s", LOAD), (-80_000.0, "s", LOAD), (1.0, "s", LOAD)])
    stored = walked(log, BOTH, window="2d")
    assert walked(log, [*BOTH, *stored], window="2d") == []
    assert walked(log, [*BOTH, *stored], window="1d")
    narrow = walked(log, BOTH, window="1d")
    assert isinstance(narrow[0], LineageLog)
    assert narrow[0].statements == 2


def test_it_is_read_when_it_is_read_otherwise(tmp_path: Path) -> None:
    log = write(tmp_path / "log.jsonl", [(1.0, "s", LOAD)])
    stored = walked(log, BOTH)
    assert walked(log, [*BOTH, *stored], filters=True)
    log.unlink()
    with pytest.raises(Exception, match="no such file"):
        walked(log, [*BOTH, *stored])


@pytest.mark.parametrize("text", ["INSERT INTO INTO (((", LOAD])
def test_what_was_not_understood_or_lies_ahead_has_no_watermark(text: str, tmp_path: Path) -> None:
    second = 1.0 if text != LOAD else 50_000.0
    log = write(tmp_path / "log.jsonl", [(0.0, "s", LOAD), (second, "s", text)])
    stored = walked(log, BOTH)
    assert seal(stored) == ""
    assert walked(log, [*BOTH, *stored])


def test_a_reading_that_was_broken_off_has_no_watermark(tmp_path: Path) -> None:
    log = write(tmp_path / "log.jsonl", [(1.0, "s", LOAD)])
    assert seal(walked(log, BOTH, KeyRange("db.public.a"))) == ""
    account, mark = walked(log, BOTH)
    later = account.model_copy(update={"begun": NOON + 1})  # a run wrote its account, and never came to its end
    assert walked(log, [*BOTH, later, mark])
    assert walked(log, [*BOTH, mark])


def test_a_log_with_more_names_than_are_remembered_has_no_watermark(tmp_path: Path) -> None:
    loads = [(float(at), "s", f"INSERT INTO b SELECT id FROM t{at}") for at in range(MOST_NAMES)]
    assert seal(walked(write(tmp_path / "log.jsonl", loads), BOTH)) == ""


def test_a_retry_reads_it_in_any_case(tmp_path: Path) -> None:
    log = write(tmp_path / "log.jsonl", [(1.0, "s", LOAD)])
    made = source(log, [*BOTH, *walked(log, BOTH)])
    assert len(list(made.query_logs(made.root, KeyRange.single("query log")))) == 1
