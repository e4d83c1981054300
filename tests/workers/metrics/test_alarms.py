"""The rules that the documentation recommends ask for metrics and labels that exist, and each is explained."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from workers.metrics import FAMILIES

PAGE = (Path(__file__).parents[3] / "docs" / "operations.md").read_text("utf-8")
NAME = re.compile(r"\bheadrace_[a-z_]+")


def rules() -> list[dict[str, Any]]:
    block = re.search(r"```yaml\n(groups:.*?)```", PAGE, re.DOTALL)
    assert block
    found: list[dict[str, Any]] = yaml.safe_load(block[1])["groups"][0]["rules"]
    return found


def test_alarms_ask_for_metrics_that_exist() -> None:
    assert len(rules()) > 10
    for rule in rules():
        names = NAME.findall(rule["expr"])
        assert names, rule
        for name in names:
            assert name in FAMILIES, rule


def test_alarms_select_labels_that_exist() -> None:
    for rule in rules():
        for name, labels in re.findall(r"(headrace_[a-z_]+)\{([^}]*)\}", rule["expr"]):
            assert set(re.findall(r"(\w+)=", labels)) <= set(FAMILIES[name].labels), rule


def test_counters_are_asked_for_their_increase_and_gauges_never() -> None:
    for rule in rules():
        for name in NAME.findall(rule["expr"]):
            counted = f"increase({name}" in rule["expr"] or f"rate({name}" in rule["expr"]
            assert counted == (FAMILIES[name].type == "counter"), rule


def test_every_alarm_is_explained() -> None:
    explained = re.findall(r"^\| `(Headrace\w+)` \|", PAGE, re.MULTILINE)
    assert explained == [rule["alert"] for rule in rules()]


def test_every_metric_in_the_text_exists() -> None:
    assert {name for name in NAME.findall(PAGE) if name not in FAMILIES} == set()
