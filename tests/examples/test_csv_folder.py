"""The connector in one file: under the acceptance suite, crawled by the command, and shown in the README as it is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from specs.testing.connector import ConnectorSuite
from tests.patience import PATIENCE

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "csv_folder.py"


def _load():  # type: ignore[no-untyped-def]
    found = spec_from_file_location("csv_folder", EXAMPLE)
    assert found is not None
    assert found.loader is not None
    module = module_from_spec(found)
    found.loader.exec_module(module)
    return module


csv_folder = _load()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    top = tmp_path_factory.mktemp("csv") / "files"
    for path, header in {
        "sales/orders.csv": "order_id,customer,total\n1,2,3\n",
        "sales/odd name.v2.csv": '"a ""quoted"" column",b\n',
        "stock/empty.csv": "",
        "stock/Größe 📦.csv": "größe\n",
    }.items():
        (top / path).parent.mkdir(parents=True, exist_ok=True)
        (top / path).write_text(header, encoding="utf-8")
    return top


class TestCsvFolder(ConnectorSuite):
    spec = csv_folder.spec

    @pytest.fixture(scope="class")
    @classmethod
    def config(cls, folder: Path):  # type: ignore[no-untyped-def]
        return csv_folder.CsvFolder(folder=folder)


def test_the_command_crawls_it_from_its_folder(folder: Path, tmp_path: Path) -> None:
    recipe = tmp_path / "files.yml"
    recipe.write_text(f'service: {{name: files, type: "csv_folder:spec"}}\nconnection: {{folder: "{folder}"}}\n')
    done = subprocess.run(
        [Path(sys.executable).with_name("headrace"), "crawl", recipe, "--json", "--quiet"],
        cwd=EXAMPLE.parent,
        env={**os.environ, "HEADRACE_CATALOG": f"sqlite:///{tmp_path}/catalog.db"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["entities"]["Table"]["stored"] == 4


def test_the_readme_shows_it_as_it_is() -> None:
    assert EXAMPLE.read_text(encoding="utf-8") in (ROOT / "README.md").read_text(encoding="utf-8")
