"""Writes the measured part of ``docs/benchmarks.md``, between its markers; what stands around it is written by hand."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Mapping
from pathlib import Path

from tests.benchmarks.report import Report, table
from tests.benchmarks.results import Result

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
BEGIN = "<!-- measured: begin -->"
END = "<!-- measured: end -->"


def write(found: Mapping[str, Result]) -> Path:
    """Make the page of everything on record, in this order."""
    lines = [BEGIN, "", "| promise | found | limit | | measured |", "|---|---:|---:|---|---|"]
    for result in found.values():
        for goal in result.report.goals:
            sign = "at least" if goal.at_least else "at most"
            lines.append(
                f"| {goal.name} | {figure(goal.found)}{goal.unit} | {sign} {goal.limit:g}{goal.unit}"
                f" | {'kept' if goal.met else '**not kept**'} | {result.date} |"
            )
    for result in found.values():
        lines += ["", *section(result.report), "", f"{result.date}, {result.machine} {repeated(result.runs)}"]
    lines += ["", END]
    text = PAGE.read_text(encoding="utf-8") if PAGE.exists() else f"# Benchmarks\n\n{BEGIN}\n{END}\n"
    pattern = re.escape(BEGIN) + ".*?" + re.escape(END)
    PAGE.write_text(re.sub(pattern, lambda _: "\n".join(lines), text, flags=re.DOTALL), encoding="utf-8")
    return PAGE


def repeated(runs: int) -> str:
    return f"Medians of {runs} alternating runs." if runs > 1 else "One run."


def section(report: Report) -> list[str]:
    lines = [f"### {report.title}", ""]
    if report.rows:
        rows = [
            [what, figure(cost.wall), figure(cost.cpu), figure(cost.server_cpu) if cost.server_cpu else "",
             f"{cost.rss_mb:.0f}" if cost.rss_mb else "", cost.said.get("statements", "")]
            for what, cost in report.rows
        ]  # fmt: skip
        lines += table(["what", "wall s", "CPU s", "server CPU s", "peak MB", "statements"], rows)
    if report.notes:
        lines += ["", *report.notes] if report.rows else report.notes
    return lines


def figure(value: float) -> str:
    return f"{value:.0f}" if value >= 20 else f"{value:.2f}"


def machine() -> str:
    """The machine in general words."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cores ({platform.machine()}) with {memory:.0f} GB of memory,"
        f" {platform.system()}, Python {platform.python_version()}; source and crawler share the machine."
    )
