"""Running totals of a run, in several rows (lanes), so that simultaneous commits rarely wait for the same row."""

from __future__ import annotations

from dataclasses import dataclass

from workers.store.statements import Statements

LANES = 8
"""Rows of totals per run."""


@dataclass(slots=True)
class _Sums:
    known: int = 0
    finished: int = 0
    entities: int = 0
    failures: int = 0
    statements: int = 0
    peak_rss: int = 0
    expired: int = 0
    fenced: int = 0
    crashes: int = 0


class Tally:
    """Collects what one transaction adds to the totals, and writes it at once, in the order of lanes: with one order
    for all, transactions do not deadlock."""

    def __init__(self) -> None:
        self._lanes: dict[tuple[str, int], _Sums] = {}

    def add(self, run: str, unit: str, *, peak_rss: int = 0, **sums: int) -> None:
        """``unit`` chooses the lane; ``peak_rss`` is a maximum, in bytes; the other ``_Sums`` add up."""
        lane = self._lanes.setdefault((run, int(unit[:4], 16) % LANES), _Sums())
        lane.peak_rss = max(lane.peak_rss, peak_rss)
        for name, value in sums.items():
            setattr(lane, name, getattr(lane, name) + value)

    def write(self, sql: Statements) -> None:
        sql.many(
            "add_tally",
            [
                {"run": run, "lane": lane, **{name: getattr(sums, name) for name in _Sums.__slots__}}
                for (run, lane), sums in sorted(self._lanes.items())
            ],
        )
