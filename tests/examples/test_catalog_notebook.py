"""The notebook runs, cell by cell, as far as its libraries are there."""

from __future__ import annotations

import json
import os
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.scheduler.cli.commands.calling import crawled

NOTEBOOK = Path(__file__).parents[2] / "examples" / "catalog.ipynb"
CELLS = [each for each in json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"] if each["cell_type"] == "code"]
LIBRARIES = ("", "pandas", "polars", "pyarrow")


@pytest.mark.parametrize("library", LIBRARIES)
def test_the_notebook_runs(library: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if library and find_spec(library) is None:
        pytest.skip(f"{library} is not installed")
    crawled(tmp_path / "r.yml", str(tmp_path / "c.db"), 0)
    monkeypatch.setitem(os.environ, "HEADRACE_CATALOG", str(tmp_path / "c.db"))
    names: dict[str, object] = {}
    for cell in CELLS:
        if set(cell["metadata"]["tags"]) <= {library}:
            exec("".join(cell["source"]), names)
    assert names["columns"]
    assert names["undocumented"]


def test_it_is_stored_without_results() -> None:
    assert all(not cell["outputs"] and cell["execution_count"] is None for cell in CELLS)
