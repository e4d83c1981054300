"""What was measured and when, one file for each scenario: the page is made of them all."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.meter import Cost
from tests.benchmarks.report import Goal, Report

FOLDER = Path(__file__).with_name("results")


@dataclass(frozen=True, slots=True)
class Result:
    """``date`` is the day, ``machine`` in general words, ``runs`` how many of each command."""

    date: str
    machine: str
    runs: int
    report: Report


def save(name: str, result: Result) -> Path:
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{name}.json"
    found = asdict(result)
    for row in found["report"]["rows"]:
        row[1]["said"] = {key: row[1]["said"][key] for key in ("statements",) if key in row[1]["said"]}
    path.write_text(json.dumps(_rounded(found), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def load(name: str) -> Result | None:
    """What is on record of a scenario."""
    path = FOLDER / f"{name}.json"
    if not path.exists():
        return None
    found = json.loads(path.read_text(encoding="utf-8"))
    report = found["report"]
    rows = [(what, Cost(**cost)) for what, cost in report["rows"]]
    goals = [Goal(**goal) for goal in report["goals"]]
    made = Report(report["title"], rows, goals, report["notes"])
    return Result(found["date"], found["machine"], found["runs"], made)


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    return [_rounded(each) for each in value] if isinstance(value, list | tuple) else value
