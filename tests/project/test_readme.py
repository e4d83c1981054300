"""What README says under "Use it" works to the letter, on the sample estate."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.patience import PATIENCE

ROOT = Path(__file__).parents[2]
URL = "postgresql://crawler@db/shop"


def block() -> list[str]:
    text = (ROOT / "README.md").read_text(encoding="utf-8").split("## Use it")[1]
    found = re.search(r"```console\n(.+?)```", text, re.DOTALL)
    assert found is not None
    return [line.removeprefix("$ ") for line in found[1].splitlines()]


def test_it_installs_from_a_clone() -> None:
    install, *_ = block()
    assert re.fullmatch(r"pip install '\.\[[\w,]+\]'", install)
    extras = set(re.findall(r"(?m)^([\w-]+) = \[", (ROOT / "pyproject.toml").read_text().split("optional-dep")[1]))
    assert set(install.split("[")[1].split("]")[0].split(",")) <= extras


def why(typed: Callable[[str], subprocess.CompletedProcess[str]]) -> str:
    """What the last run says of the objects that it could not read, where there was a run."""
    runs = typed("headrace runs --json").stdout
    return typed(f"headrace failures {json.loads(runs)[0]['id']}").stdout if runs else ""


@pytest.mark.server
def test_every_line_runs_on_the_sample_estate(postgres_estate: str, tmp_path: Path) -> None:
    _, *lines = block()
    assert any("init" in line for line in lines)
    password = urlsplit(postgres_estate).password or ""
    url = postgres_estate.replace(f":{password}@", "@", 1) if password else postgres_estate
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith("HEADRACE_")},
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "XDG_DATA_HOME": str(tmp_path),
        "HEADRACE_PASSWORD": password,
    }  # fmt: skip

    def typed(line: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-c", line.replace(URL, f"'{url}'")], cwd=tmp_path, env=environ, timeout=PATIENCE,
            capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip

    for line in lines:
        done = typed(line)
        assert done.returncode == 0, (line, done.stdout, done.stderr, why(typed))
    assert "ready to crawl" in done.stdout
    assert "Reconciled" in done.stdout
    assert (tmp_path / "headrace" / "catalog.db").exists()
