"""The DAG crawls, retries and tells what changed; Airflow's decorators are stood in for where it is not installed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.patience import PATIENCE
from tests.scheduler.cli.commands.calling import RECIPE

ROOT = Path(__file__).parents[2]
STAND_IN = """
def task(function):
    return function


def dag(**options):
    assert options["schedule"]
    return lambda function: function
"""


def run(tmp_path: Path, broken: float) -> subprocess.CompletedProcess[str]:
    (tmp_path / "airflow").mkdir()
    (tmp_path / "airflow" / "__init__.py").write_text("")
    (tmp_path / "airflow" / "sdk.py").write_text(STAND_IN)
    values = {"broken": broken, "version": 0, "dropped": [], "changed": []}
    (tmp_path / "r.yml").write_text(RECIPE % {key: json.dumps(value) for key, value in values.items()})
    return subprocess.run(
        [sys.executable, ROOT / "examples" / "airflow_dag.py"], cwd=tmp_path, capture_output=True, text=True,
        timeout=PATIENCE, stdin=subprocess.DEVNULL, check=False,
        env={
            **os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}", "SHOP_RECIPE": "r.yml",
            "HEADRACE_CATALOG": str(tmp_path / "c.db"),
        },
    )  # fmt: skip


def test_a_night(tmp_path: Path) -> None:
    done = run(tmp_path, 0)
    assert done.returncode == 0, done.stderr
    assert "created Table shop.db_00.schema_0000.t0000000" in done.stdout


def test_what_failed_is_tried_again(tmp_path: Path) -> None:
    done = run(tmp_path, 0.3)
    assert done.returncode == 0, done.stderr
    listed = subprocess.run(
        [sys.executable, "-m", "headrace", "runs", "--json"],
        cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE,
        env={**os.environ, "PYTHONPATH": str(ROOT), "HEADRACE_CATALOG": str(tmp_path / "c.db")}, check=True,
    )  # fmt: skip
    runs = json.loads(listed.stdout)
    assert runs[0]["parent"] == runs[1]["id"]
