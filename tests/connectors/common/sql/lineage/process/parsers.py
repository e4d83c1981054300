"""Parsers that do what a statement tells them, for tests of the process that they run in."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Sequence
from pathlib import Path

from specs.contracts.parts.statements import Columns, Statement, StatementLineage, TableName


class ObedientParser:
    """Names the relation that a statement is called, and tells the columns that it was given; or breaks, as told."""

    def names(self, statements: Sequence[Statement]) -> list[tuple[TableName, ...]]:
        return [(TableName("", "", _obeyed(each.sql, "names")),) for each in statements]

    def lineage(self, statements: Sequence[Statement], columns: Columns) -> list[tuple[StatementLineage, ...]]:
        return [
            (
                StatementLineage(
                    "select", TableName("", "", _obeyed(each.sql, "lineage")), sources=tuple(sorted(columns))
                ),
            )
            for each in statements
        ]

    def close(self) -> None:
        """Nothing runs for it."""


class UnavailableParser:
    def __init__(self) -> None:
        raise ImportError("what it needs is not installed")


class DyingParser:
    """The system ends its process before it is ready."""

    def __init__(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


class SlowParser:
    def __init__(self) -> None:
        time.sleep(3600)


def _obeyed(sql: str, step: str) -> str:
    order, _, what = sql.partition(" ")
    if order == "spin" and what in ("", step):
        while True:
            pass
    if order == "hang_in_c":
        re.match(r"(a+)+$", "a" * 60 + "b")  # no signal handler of Python runs meanwhile
    if order == "close":
        os.closerange(3, 100)
        time.sleep(3600)
    if order == "print":
        os.write(1, b"x" * 1_000_000)
        os.write(2, b"x" * 1_000_000)
    if order == "sleep":
        time.sleep(3600)
    if order == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if order == "eat":
        bytearray(1 << 40)
    if order == "grow":
        HELD.append(b"x" * int(what))
    if order == "raise":
        raise ValueError("nobody thought of this")
    if order == "die_once" and not Path(what).exists():
        Path(what).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return sql


HELD: list[bytes] = []
