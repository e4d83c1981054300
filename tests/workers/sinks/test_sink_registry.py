"""Sinks are found by folder and by entry point, and one of another distribution takes a crawl like ours do."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import specs
from specs.contracts.sink import Mode
from specs.errors import UsageError
from tests.patience import PATIENCE
from workers import sinks
from workers.feed.discovery import wanted
from workers.sinks import registry

ROOT = Path(specs.__path__[0]).parent
FOREIGN = """
from pathlib import Path

from pydantic import Field

from headrace import Bounds, Change, LocalFile, ServiceRef, SinkConfig, SinkSpec


class PaperConfig(SinkConfig):
    mode: str = Field(default="changes", pattern="^(snapshot|changes)$", description="Full state, or every change.")
    path: LocalFile = Field(description="The file to write on.")


class Whole:
    def __init__(self, config):
        self.path = Path(config.path)

    def write(self, lines):
        found = list(lines)
        self.path.write_text("".join(line.rstrip("\\n") + "\\n" for line in found))
        return len(found)

    def close(self):
        pass


class Following:
    bounds, timeout = Bounds(7, 100_000), 1.0

    def __init__(self, config, service):
        self.path, self.service = Path(config.path), service

    def deliver(self, changes):
        with self.path.open("a") as file:
            for change in changes:
                assert isinstance(change, Change)
                file.write(f"{self.service.type} {change.op} {change.fqn}\\n")
        return []

    def close(self):
        pass


assert ServiceRef
spec = SinkSpec(name="paper", config=PaperConfig, snapshot=Whole, changes=Following)
jsonl = SinkSpec(name="other", config=PaperConfig)
wrong = PaperConfig
"""
ENTRIES = "[headrace.sinks]\npaper = paper:spec\njsonl = paper:jsonl\nwrong = paper:wrong\nlost = no_such_module:spec\n"


@pytest.fixture
def installed(tmp_path: Path) -> dict[str, str]:
    """The environment of a process for which a distribution with a sink is installed."""
    info = tmp_path / "site" / "paper-1.0.dist-info"
    info.mkdir(parents=True)
    (tmp_path / "site" / "paper.py").write_text(FOREIGN, encoding="utf-8")
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: paper\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(ENTRIES, encoding="utf-8")
    return os.environ | {"PYTHONPATH": f"{tmp_path / 'site'}{os.pathsep}{ROOT}"}


def headrace(folder: Path, env: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "headrace", *words, "--catalog", f"sqlite:///{folder / 'catalog.db'}"]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=PATIENCE)


def recipe(folder: Path, *asked: dict[str, Any]) -> str:
    found = {
        "service": {"name": "shop", "type": "specs.testing.fake:spec"},
        "connection": {"schemas": 2, "tables": 3},
        "sinks": asked,
    }
    (folder / "shop.yml").write_text(json.dumps(found), encoding="utf-8")
    return "shop.yml"


def test_our_sinks_are_the_folders() -> None:
    assert registry.known() == ("datahub", "jsonl", "openlineage", "openmetadata", "webhook")
    for name in registry.known():
        spec = registry.load(name)
        assert spec.name == name
        modes: tuple[Mode, Mode] = ("snapshot", "changes")
        made = [mode for mode in modes if getattr(spec, mode)]
        assert made
        assert all(callable(spec.part(mode)) for mode in made)
        assert spec.config_class().model_fields["type"].description


def test_a_sink_imports_no_other_sink() -> None:
    folder = Path(sinks.__path__[0])
    for name in registry.known():
        for path in (folder / name).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("workers.sinks."):
                    assert (node.module or "").split(".")[2] in (name, "common"), path


def test_a_mode_that_a_sink_lacks_is_told() -> None:
    with pytest.raises(UsageError, match="sink 'webhook' has no mode snapshot; write mode: changes"):
        registry.load("webhook").part("snapshot")


@pytest.mark.parametrize("name", ["jsnl", "", "common"])
def test_an_unknown_name_lists_the_known_ones(name: str) -> None:
    with pytest.raises(UsageError, match="known: datahub, jsonl, openlineage, openmetadata, webhook"):
        registry.load(name)


def test_a_sink_that_is_not_installed_where_it_is_fed_is_not_passed_over() -> None:
    from specs.recipe.recipe import Recipe

    asked = [{"type": "paper", "name": "a"}, {"type": "paper", "name": "b", "mode": "snapshot"}]
    found = Recipe.from_dict({"service": {"name": "shop", "type": "fake"}, "sinks": asked})
    assert list(wanted("shop", "fake", found, "cluster")) == ["shop/a"]


def test_a_sink_of_another_distribution_takes_a_crawl(tmp_path: Path, installed: dict[str, str]) -> None:
    paper, whole = {"type": "paper", "path": "changes.txt"}, {"type": "paper", "path": "whole.txt", "mode": "snapshot"}
    done = headrace(tmp_path, installed, "crawl", recipe(tmp_path, paper, whole))
    assert done.returncode == 0, done.stderr
    assert f"paper {tmp_path / 'whole.txt'}" in done.stdout + done.stderr
    exported = headrace(tmp_path, installed, "export").stdout.splitlines()
    told = (tmp_path / "changes.txt").read_text(encoding="utf-8").splitlines()
    expected = [f"specs.testing.fake:spec upsert {json.loads(line)['fqn']}" for line in exported]
    assert len(expected) > 6
    assert sorted(told) == sorted(expected)
    assert told[0] == "specs.testing.fake:spec upsert shop"
    assert (tmp_path / "whole.txt").read_text(encoding="utf-8").splitlines() == exported


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"type": "papr"}, "unknown sink 'papr'; did you mean 'paper'?"),
        ({"type": "paper"}, "path"),
        ({"type": "wrong"}, "sink 'wrong' binds"),
        ({"type": "lost"}, "cannot load sink 'lost': ModuleNotFoundError"),
        ({"type": "paper", "path": "x", "mode": "all"}, "mode"),
        ({"type": "jsonl"}, "sinks.0: missing key 'path'"),
    ],
)
def test_what_is_wrong_with_one_is_told_before_a_run(
    tmp_path: Path, installed: dict[str, str], asked: dict[str, Any], told: str
) -> None:
    done = headrace(tmp_path, installed, "crawl", recipe(tmp_path, asked))
    assert done.returncode == 1, done.stdout
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_check_tries_it_without_bringing_anything(tmp_path: Path, installed: dict[str, str]) -> None:
    asked = [{"type": "paper", "path": "a.txt"}, {"type": "paper", "path": "b.txt", "mode": "snapshot"}]
    command = [sys.executable, "-m", "headrace", "check", recipe(tmp_path, *asked)]
    done = subprocess.run(command, cwd=tmp_path, env=installed, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    assert "takes changes from us" in done.stdout
    assert not (tmp_path / "b.txt").exists()
    assert (tmp_path / "a.txt").read_text(encoding="utf-8") == ""
