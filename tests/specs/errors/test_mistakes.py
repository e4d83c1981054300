"""A mistake in a connector is told with its file and line."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from specs.errors.mistakes import told
from tests.patience import PATIENCE

CONNECTOR = """
from headrace import ConnectionConfig, DatabaseSource, DefaultDatabaseSpec, Table, identity

class Config(ConnectionConfig):
    pass

class Source(DatabaseSource):
    def identity(self):
        return "mine"
    def databases(self, scope, span):
        return self.listed("databases", "Database", scope, ["d"], span)
    def schemas(self, scope, span):
        return self.listed("schemas", "Schema", scope, ["s"], span)
    def tables(self, scope, span):
        return self.listed("tables", "Table", scope, ["good", "bad"], span)
    def yield_table(self, item, scope):
        columns = {"good": ()}
        yield Table(**identity(scope), table_type="regular", columns=columns[item.name])
    def exists(self, type_, scope, names):
        return {}

spec = DefaultDatabaseSpec(name="mine", connection=Config, metadata_source_class=Source)
"""
LINE = 1 + CONNECTOR.splitlines().index(
    '        yield Table(**identity(scope), table_type="regular", columns=columns[item.name])'
)


def headrace(folder: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("headrace")), *arguments]
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        command, capture_output=True, text=True, timeout=PATIENCE, cwd=folder,
        env=clean | {"HEADRACE_CATALOG": f"sqlite:///{folder / 'c.db'}"} | env,
    )  # fmt: skip


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    place = tmp_path / "recipes"
    place.mkdir()
    (place / "my_own.py").write_text(CONNECTOR)
    (place / "mine.yml").write_text('service: {name: mine, type: "my_own:spec"}\n')
    return place / "mine.yml"


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_module_beside_the_recipe_is_found_and_its_mistakes_have_a_line(
    recipe: Path, tmp_path: Path, workers: str
) -> None:
    done = headrace(tmp_path, "crawl", str(recipe), "--workers", workers, "--json", "--quiet")
    assert done.returncode == 3, done.stderr
    assert "Traceback" not in done.stderr
    told = json.loads(headrace(tmp_path, "failures", "latest", "--json").stdout)
    (failure,) = told["objects"]
    assert failure["message"] == f"KeyError: 'bad' (recipes/my_own.py:{LINE}, in yield_table)"


def test_the_traceback_comes_on_request(recipe: Path, tmp_path: Path) -> None:
    done = headrace(tmp_path, "crawl", str(recipe), "--quiet", HEADRACE_DEBUG="1")
    assert "Traceback (most recent call last)" in done.stderr
    assert f'my_own.py", line {LINE}, in yield_table' in done.stderr


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("def broken(:\n", r"cannot load connector 'my_own:spec': SyntaxError: .*; correct the module"),
        ("import no_such_package\n", r"cannot load connector 'my_own:spec': ModuleNotFoundError: .*my_own\.py:1, in"),
        ("1 / 0\n", r"ZeroDivisionError: division by zero \(recipes/my_own\.py:1, in <module>\)"),
        ("other = 1\n", r"my_own has no 'spec'; write type as module:attribute"),
        ("", r"there is no module 'my_own'; put it beside the recipe or install it"),
    ],
)
def test_a_module_that_cannot_be_used_is_one_line(recipe: Path, tmp_path: Path, code: str, words: str) -> None:
    (recipe.parent / "my_own.py").write_text(code)
    if not code:
        (recipe.parent / "my_own.py").unlink()
    done = headrace(tmp_path, "crawl", str(recipe))
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert re.search(words, done.stderr), done.stderr


def test_an_exception_without_a_traceback_has_no_line() -> None:
    assert told(ValueError("x")) == "ValueError: x"
