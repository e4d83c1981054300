"""A new connector works as it is written: it crawls, and passes its own acceptance test."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from scheduler.app.scaffold import scaffold
from specs.errors import UsageError
from tests.patience import PATIENCE

ROOT = Path(__file__).parents[3]


def python(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(folder), str(ROOT)])
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=False,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONPATH": path},
    )  # fmt: skip


def headrace(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return python(folder, "-c", "from scheduler.cli.cli import main; main()", *arguments)


def test_a_new_connector_crawls_and_passes_its_test(tmp_path: Path) -> None:
    done = headrace(tmp_path, "new-connector", "ware_house")
    assert done.returncode == 0, done.stderr
    done = headrace(tmp_path, "crawl", "ware_house.yml", "-q", "--json", "--workers", "2", "--catalog", "c.db")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["entities"]["Table"]["stored"] == 2
    done = python(tmp_path, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_ware_house_connector.py")
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout


def test_the_skeleton_is_tidy(tmp_path: Path) -> None:
    scaffold("brook", tmp_path)
    options = ["--line-length", "120", "--isolated"]
    assert python(tmp_path, "-m", "ruff", "format", "--check", *options, ".").returncode == 0
    done = python(tmp_path, "-m", "ruff", "check", "--select", "E,F,W,I,B,UP,RUF", *options, ".")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", ["Brook", "1st", "a-b", "", "a b", "../x"])
def test_bad_names_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="no name for a connector"):
        scaffold(name, tmp_path)


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    scaffold("brook", tmp_path)
    (tmp_path / "brook.yml").write_text("mine")
    with pytest.raises(UsageError, match="exists already"):
        scaffold("brook", tmp_path)
    assert (tmp_path / "brook.yml").read_text() == "mine"
