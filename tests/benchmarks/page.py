"""Writes the measured part of ``docs/benchmarks.md``, between its markers; what stands around it is written by hand."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.scenarios import Report

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
BEGIN = "<!-- measured: begin -->"
END = "<!-- measured: end -->"


def write(reports: Sequence[Report], runs: int) -> Path:
    lines = [BEGIN, "", f"{machine()} Medians of {runs} alternating runs of whole processes, in one session.", ""]
    lines += ["| promise | found | limit | |", "|---|---:|---:|---|"]
    for report in reports:
        for goal in report.goals:
            sign = "at least" if goal.at_least else "at most"
            lines.append(
                f"| {goal.name} | {figure(goal.found)}{goal.unit} | {sign} {goal.limit:g}{goal.unit}"
                f" | {'kept' if goal.met else '**not kept**'} |"
            )
    for report in reports:
        lines += ["", *section(report)]
    lines += ["", END]
    text = PAGE.read_text(encoding="utf-8") if PAGE.exists() else f"# Benchmarks\n\n{BEGIN}\n{END}\n"
    pattern = re.escape(BEGIN) + ".*?" + re.escape(END)
    PAGE.write_text(re.sub(pattern, lambda _: "\n".join(lines), text, flags=re.DOTALL), encoding="utf-8")
    return PAGE


def section(report: Report) -> list[str]:
    lines = [f"### {report.title}", "", "| what | wall s | CPU s | server CPU s | peak MB | statements |"]
    lines.append("|---|---:|---:|---:|---:|---:|")
    for what, cost in report.rows:
        server = figure(cost.server_cpu) if cost.server_cpu else ""
        statements = cost.said.get("statements", "")
        lines.append(
            f"| {what} | {figure(cost.wall)} | {figure(cost.cpu)} | {server} | {cost.rss_mb:.0f} | {statements} |"
        )
    return lines


def figure(value: float) -> str:
    return f"{value:.0f}" if value >= 20 else f"{value:.2f}"


def machine() -> str:
    """The machine in general words."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"Measured on {os.cpu_count()} cores ({platform.machine()}) with {memory:.0f} GB of memory,"
        f" {platform.system()}, Python {platform.python_version()}; source and crawler share the machine."
    )
