"""Every test that the failure matrix names is there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_row_names_a_test() -> None:
    matrix = (ROOT / "docs" / "operations.md").read_text("utf-8").partition("## Failure matrix")[2]
    rows = [line for line in matrix.splitlines() if line.startswith("| ")][2:]
    named = re.findall(r"`(test_\w+)::(test_\w+)`", matrix)
    assert len(rows) == len(named) > 20
    for module, test in named:
        (path,) = (ROOT / "tests").rglob(f"{module}.py")
        assert f"def {test}(" in path.read_text("utf-8"), f"{module}::{test}"
