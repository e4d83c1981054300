"""What lies in front of the window of a log is not read, and what was looked at once is not looked at again."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from specs.entities.base import Entity
from specs.entities.lineage import LineageLog
from tests.connectors.common.sql.lineage.logs.logged import DAY, edges, estate, source, told, write

BOTH = estate("a", "b", "c", "d")
HOUR = 3600.0


def statements(days: Iterable[int], lines: int) -> list[tuple[float, str, str]]:
    """So many statements on each of the days, which are counted from 2026-11-29; each day has a target of its own."""
    targets = {-9: "d", -1: "c", 0: "b"}
    return [
        (day * 24 * HOUR + at, "s", f"INSERT INTO {targets[day]} SELECT id, name FROM a WHERE id = {at}")
        for day in days
        for at in range(lines)
    ]


def read(log: Path, account: LineageLog | None, **settings: Any) -> tuple[LineageLog, dict[str, list[str]]]:
    """Read a log behind an earlier account of it."""
    known: list[Entity] = [*BOTH, *([] if account is None else [account])]
    found, lineage, outcomes = told(source(log, known, **settings))
    assert not outcomes
    return found, edges(lineage)


def bytes_read() -> int:
    counted = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    return int(counted["rchar"])


def test_what_lies_in_front_of_the_window_is_looked_at_once_and_never_read(tmp_path: Path) -> None:
    old, log = statements([-9], 20_000), tmp_path / "log.jsonl"
    write(log, [*old, *statements([0], 100)])
    size, begun = log.stat().st_size, bytes_read()
    account, found = read(log, None)
    assert (found, account.statements) == ({"b": ["a"]}, 100)
    assert bytes_read() - begun < 1.2 * size
    with log.open("a") as file:
        file.write(write(tmp_path / "more", [(HOUR, "s", "INSERT INTO c SELECT * FROM a")]).read_text())
    os.utime(log, (DAY + 12 * HOUR, DAY + 12 * HOUR))
    begun = bytes_read()
    account, found = read(log, account)
    assert (found, account.statements) == ({"b": ["a"], "c": ["a"]}, 101)
    assert bytes_read() - begun < 0.1 * size


@pytest.mark.parametrize("window", ["2d", "11d"])
def test_a_window_that_begins_earlier_than_before_is_read_whole(window: str, tmp_path: Path) -> None:
    log = write(tmp_path / "log.jsonl", statements([-9, -1, 0], 10))
    account, found = read(log, None)
    assert found == {"b": ["a"]}
    wide, found = read(log, account, window=window)
    assert found == ({"b": ["a"], "c": ["a"]} if window == "2d" else {"b": ["a"], "c": ["a"], "d": ["a"]})
    assert read(log, wide)[1] == {"b": ["a"]}


def test_days_of_the_window_that_lie_in_disorder_are_all_read(tmp_path: Path) -> None:
    log = write(tmp_path / "log.jsonl", [*statements([0], 5), *statements([-9], 5), *statements([-1, 0], 5)])
    account, found = read(log, None, window="2d")
    assert (found, account.statements) == ({"b": ["a"], "c": ["a"]}, 15)


def test_a_log_that_was_written_anew_is_read_whole(tmp_path: Path) -> None:
    log = write(tmp_path / "log.jsonl", statements([-9, 0], 50))
    account, _ = read(log, None)
    write(log, statements([-1, 0], 50))
    assert read(log, account, window="1d")[0].statements == 50
