"""What a scenario found, and what was promised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.benchmarks.meter import Cost


@dataclass
class Goal:
    """One promise: what was found, against its limit (at most, or at least)."""

    name: str
    found: float
    limit: float
    unit: str = ""
    at_least: bool = False

    @property
    def met(self) -> bool:
        return self.found >= self.limit if self.at_least else self.found <= self.limit


@dataclass
class Report:
    """Rows of ``(what, cost)`` under a heading, the goals that they decide, and further lines of Markdown."""

    title: str
    rows: list[tuple[str, Cost]] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    """A table in Markdown; all columns but the first are numbers."""
    lines = [f"| {' | '.join(head)} |", "|---|" + "---:|" * (len(head) - 1)]
    return lines + [f"| {' | '.join(map(str, row))} |" for row in rows]


def cpu_table(costs: Mapping[str, Cost]) -> list[str]:
    """CPU seconds by kind of process, one column for each of the cluster's crawls."""
    spent: dict[str, Any] = {what: cost.said.get("cpu", {}) for what, cost in costs.items()}
    roles = sorted({role for each in spent.values() for role in each})
    rows = [[role, *(f"{each.get(role, 0.0):.2f}" for each in spent.values())] for role in roles]
    return table(["CPU seconds of", *spent], rows)
