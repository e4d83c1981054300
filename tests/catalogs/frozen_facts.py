"""Facts about other projects' packages, frozen in a file: gathered anew and written down, or compared with it."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.patience import PATIENCE


def told_by(tools: Path, ask: str, *needed: Sequence[str]) -> Any:
    """What the program ``ask`` prints as JSON in the environment ``tools``; that is made when it is not there, with one
    ``pip install`` for each of ``needed``."""
    python = tools / "bin" / "python"
    if not python.exists():
        venv.create(tools, with_pip=True)
        for packages in needed:
            subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=True)
    done = subprocess.run([python, "-c", ask], capture_output=True, text=True, timeout=PATIENCE, check=True)
    return json.loads(done.stdout)


def write_or_compare(project: str, facts: Path, gather: Callable[[], dict[str, Any]]) -> int:
    """Write the facts down, or with ``--check`` say which differ from those that are frozen: then it returns 1."""
    found = gather()
    if "--check" not in sys.argv:
        facts.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")
        return 0
    frozen = json.loads(facts.read_text())
    changed = [key for key in sorted({*found, *frozen}) if found.get(key) != frozen.get(key)]
    print(f"{project}: {'changed: ' + ', '.join(changed) if changed else 'as frozen'}")  # noqa: T201
    return 1 if changed else 0
