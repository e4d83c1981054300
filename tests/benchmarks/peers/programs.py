"""Programs that speak the protocol of lineage: they are installed at fixed versions, and asked one statement after the
other. ``ms`` of their answers are milliseconds of CPU."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Self

from tests.catalogs import datahub_ingestion

HERE = Path(__file__).parent
ROOT = Path(__file__).parents[3]
TOOLS = ROOT / ".tools"
SQLLINEAGE = "1.5.9"


def datahub() -> list[str]:
    """The command of DataHub's parser, in the environment that the comparison of its entities has."""
    return [str(datahub_ingestion.command().with_name("python")), str(HERE / "datahub_answers.py")]


def sqllineage() -> list[str]:
    """The command of sqllineage's parser."""
    folder = TOOLS / "sqllineage"
    if not (folder / "bin" / "sqllineage").exists():
        venv.create(folder, with_pip=True)
        subprocess.run([folder / "bin" / "pip", "install", "--quiet", f"sqllineage=={SQLLINEAGE}"], check=True)
    return [str(folder / "bin" / "python"), str(HERE / "sqllineage_answers.py")]


def ours() -> list[str]:
    """Our own analysis."""
    return [sys.executable, "-m", "tests.benchmarks.peers.own_answers"]


class Program:
    """A running program that answers statements."""

    def __init__(self, command: Sequence[str]) -> None:
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(600)

    def ask(self, cases: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """The answers, one statement after the other. Raises ``RuntimeError`` when the program has ended."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        found = []
        for case in cases:
            self._process.stdin.write(json.dumps(case) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
            if not line:
                raise RuntimeError(f"{self._process.args} has ended")
            found.append(json.loads(line))
        return found
