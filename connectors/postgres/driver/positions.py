"""The position of a PostgreSQL server: its WAL position, written or replayed, and its timeline."""

from __future__ import annotations

import re
from dataclasses import replace

from connectors.postgres.driver.driver import PostgresDriver
from specs.contracts.positions import SourcePosition
from specs.errors import Skip

STREAM = "wal"
_FORK = re.compile(r"^\s*(\d+)\s+([0-9A-Fa-f]+)/([0-9A-Fa-f]+)", re.MULTILINE)


class Positions:
    """What one server tells of its position, asked over ``driver``."""

    def __init__(self, driver: PostgresDriver) -> None:
        self.driver = driver
        self._told: SourcePosition | None = None

    def now(self) -> SourcePosition | None:
        """Where the server is right now; ``None`` where it does not tell, as Amazon Aurora."""
        self._told = None
        try:
            standby, timeline, reached, lag, readable = self.driver.rows("position")[0]
        except Skip:
            return None
        if reached is not None and timeline is not None:
            forks = _forks(self.driver, timeline) if readable and timeline > 1 else {}
            self._told = SourcePosition({STREAM: int(reached)}, timeline, forks, standby, lag)
        return self._told

    def reached(self) -> SourcePosition | None:
        """What the last transaction saw, which costs no statement."""
        if self._told is None or not self.driver.session.watched:
            return self._told
        return replace(self._told, marks={STREAM: self.driver.session.reached})


def _forks(driver: PostgresDriver, timeline: int) -> dict[int, int]:
    """Where each earlier timeline was left, from the history file; empty where that is not there."""
    try:
        text = driver.rows("history", [f"{timeline:08X}"])[0][0] or ""
    except Skip:
        return {}
    return {int(number): (int(high, 16) << 32) + int(low, 16) for number, high, low in _FORK.findall(text)}


def lsn(position: SourcePosition) -> str:
    """As PostgreSQL writes it: ``0/3000148``."""
    at = position.marks[STREAM]
    return f"{at >> 32:X}/{at & 0xFFFFFFFF:X}"
