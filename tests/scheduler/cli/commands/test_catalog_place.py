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
from tests.scheduler.cli.commands.calling import Called, Estate

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


EACH = """
import io, json, sys
from contextlib import redirect_stderr, redirect_stdout
from scheduler.cli.cli import run
for line in sys.stdin:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run(json.loads(line))
    print(json.dumps([code, out.getvalue(), err.getvalue()]))
"""
"""Runs one command after the other, each as if it were alone, in one process that starts once."""


def headrace(home: Path, *commands: tuple[str, ...], **environ: str) -> list[Called]:
    """What each command says in the environment of a person whose data directory is ``home``."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HEADRACE_")}
    done = subprocess.run(
        [sys.executable, "-c", EACH], input="".join(json.dumps(command) + "\n" for command in commands),
        cwd=home, env={**clean, "PYTHONPATH": str(ROOT), "XDG_DATA_HOME": str(home), **environ},
        stdout=subprocess.PIPE, text=True, timeout=PATIENCE, check=True,
    )  # fmt: skip
    return [Called(*json.loads(line)) for line in done.stdout.splitlines()]


def test_every_command_finds_the_cluster_that_is_up(up: Path, estate: Estate) -> None:
    asked = [(name, *(each.format(first=estate.first) for each in more)) for name, more in ASKED.items()]
    both = [command for each in asked for command in (each, (*each, "--catalog", estate.catalog))]
    told = headrace(up, *both)
    assert len(told) == len(both)
    for (name, *_), here, there in zip(asked, told[::2], told[1::2], strict=True):
        if name != "doctor":  # which examines the cluster, too, where one is up
            assert (name, here.code, here.out) == (name, there.code, there.out)
            assert "catalog: sqlite:///" in here.err, name
            assert "(the cluster of headrace up)" in here.err, name
            assert "the cluster of headrace up" not in there.err, name
        else:
            assert "catalog: sqlite, reachable and writable" in here.out
            assert "HEADRACE_REDIS_FILE" in here.out


def test_json_stays_alone(up: Path) -> None:
    (done,) = headrace(up, ("runs", "--json"))
    assert (len(done.json), done.err) == (2, "")


def test_without_a_cluster_it_is_the_file_in_the_data_directory(tmp_path: Path) -> None:
    (done,) = headrace(tmp_path, ("runs",))
    assert done.code != 0
    assert str(tmp_path / "headrace" / "catalog.db") in done.err


def test_variables_win_over_the_cluster(up: Path, tmp_path: Path) -> None:
    (done,) = headrace(up, ("runs",), HEADRACE_CATALOG=str(tmp_path / "other.db"))
    assert "other.db" in done.err
    (tmp_path / "url").write_text(f"sqlite:///{tmp_path}/third.db\n")
    (done,) = headrace(up, ("runs",), HEADRACE_CATALOG_FILE=str(tmp_path / "url"))
    assert "third.db" in done.err


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
