"""Every command answers from the cluster that is up, and says so; what a person says wins."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from scheduler.app.catalog.catalog_place import CatalogPlace, find
from scheduler.local.folder import CATALOG, Folder
from specs.errors import UsageError
from tests.patience import PATIENCE
from tests.scheduler.cli.commands.calling import Estate

ROOT = Path(__file__).parents[4]
ASKED = {
    "runs": (),
    "status": ("{first}",),
    "failures": ("{first}",),
    "deletions": ("{first}",),
    "search": ("t0000001",),
    "show": ("shop",),
    "tree": (),
    "diff": (),
    "changes": (),
    "export": (),
    "gc": (),
    "doctor": (),
    "resume": ("{first}",),
    "retry": ("{first}",),
    "dead": ("list",),
}
"""Commands that read a catalog, and what they are asked."""


@pytest.fixture
def up(estate: Estate, tmp_path: Path) -> Iterator[Path]:
    """The data directory of a person whose cluster is up, with the catalog of the sample estate."""
    folder = Folder(tmp_path / "headrace" / "cluster").made()
    folder.keep(CATALOG, estate.catalog)
    with ExitStack() as stack:
        stack.enter_context(folder.locked())
        yield tmp_path


def headrace(home: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HEADRACE_")}
    return subprocess.run(
        [sys.executable, "-c", "from scheduler.cli.cli import main; main()", *arguments],
        cwd=home, env={**clean, "PYTHONPATH": str(ROOT), "XDG_DATA_HOME": str(home), **environ},
        capture_output=True, text=True, timeout=PATIENCE, stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("name", ASKED)
def test_every_command_finds_the_cluster_that_is_up(name: str, up: Path, estate: Estate) -> None:
    arguments = [name, *(each.format(first=estate.first) for each in ASKED[name])]
    here, there = headrace(up, *arguments), headrace(up, *arguments, "--catalog", estate.catalog)
    if name != "doctor":  # which examines the cluster, too, where one is up
        assert here.returncode == there.returncode
        assert here.stdout == there.stdout
        assert "catalog: sqlite:///" in here.stderr
        assert "(the cluster of headrace up)" in here.stderr
        assert "the cluster of headrace up" not in there.stderr
    else:
        assert "catalog: sqlite, reachable and writable" in here.stdout
        assert "HEADRACE_REDIS_FILE" in here.stdout


def test_json_stays_alone(up: Path) -> None:
    done = headrace(up, "runs", "--json")
    assert (len(json.loads(done.stdout)), done.stderr) == (2, "")


def test_without_a_cluster_it_is_the_file_in_the_data_directory(tmp_path: Path) -> None:
    done = headrace(tmp_path, "runs")
    assert done.returncode != 0
    assert str(tmp_path / "headrace" / "catalog.db") in done.stderr


def test_variables_win_over_the_cluster(up: Path, tmp_path: Path) -> None:
    done = headrace(up, "runs", HEADRACE_CATALOG=str(tmp_path / "other.db"))
    assert "other.db" in done.stderr
    (tmp_path / "url").write_text(f"sqlite:///{tmp_path}/third.db\n")
    done = headrace(up, "runs", HEADRACE_CATALOG_FILE=str(tmp_path / "url"))
    assert "third.db" in done.stderr


def test_what_is_said_wins_in_this_order(tmp_path: Path) -> None:
    held = tmp_path / "url"
    held.write_text("postgresql://u:s3cret@db/x\n")
    file, both = {"HEADRACE_CATALOG_FILE": str(held)}, {"HEADRACE_CATALOG_FILE": str(held), "HEADRACE_CATALOG": "a.db"}
    assert find("b.db", both) == CatalogPlace("sqlite:///b.db", "--catalog")
    assert find(None, file).url == "postgresql://u:s3cret@db/x"
    assert str(find(None, file)) == "postgresql://u:***@db/x (HEADRACE_CATALOG_FILE)"
    assert find(None, {"HEADRACE_CATALOG": "a.db"}).url == "sqlite:///a.db"
    with pytest.raises(UsageError, match="both HEADRACE_CATALOG and HEADRACE_CATALOG_FILE are set"):
        find(None, both)
    held.write_text(" \n")
    with pytest.raises(UsageError, match="is empty"):
        find(None, file)
