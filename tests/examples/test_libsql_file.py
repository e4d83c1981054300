"""A dialect as a connector of one file: under the acceptance suite, crawled by the command, and shown in the docs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

from specs.testing.connector import ConnectorSuite
from tests.connectors.query_log import LOGGED
from tests.patience import PATIENCE

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "libsql_file.py"
MOST = 40
"""Lines that a connector for a dialect takes."""


def _load():  # type: ignore[no-untyped-def]
    found = spec_from_file_location("libsql_file", EXAMPLE)
    assert found is not None
    assert found.loader is not None
    module = module_from_spec(found)
    found.loader.exec_module(module)
    return module


libsql_file = _load()


class TestLibsqlFile(ConnectorSuite):
    spec = libsql_file.spec
    settings = LOGGED

    @pytest.fixture(scope="class")
    @classmethod
    def config(cls, sqlite_estate: Path):  # type: ignore[no-untyped-def]
        return libsql_file.LibsqlFile(path=str(sqlite_estate))

    @pytest.fixture(scope="class")
    @classmethod
    def unreachable(cls):  # type: ignore[no-untyped-def]
        return libsql_file.LibsqlFile(path="/no/such/folder/shop.db")


class TestLibsqlLineage(TestLibsqlFile):
    part = "lineage"


def test_the_command_crawls_it_as_a_service_of_its_own_kind(sqlite_estate: Path, tmp_path: Path) -> None:
    recipe = tmp_path / "r.yml"
    recipe.write_text(f'service: {{name: shop, type: "libsql_file:spec"}}\nconnection: {{path: "{sqlite_estate}"}}\n')
    environment = {**os.environ, "HEADRACE_CATALOG": str(tmp_path / "c.db")}
    headrace = Path(sys.executable).with_name("headrace")
    for command in (["crawl", recipe, "--quiet"], ["show", "shop", "--json"]):
        done = subprocess.run(
            [headrace, *command], cwd=EXAMPLE.parent, capture_output=True, text=True, timeout=PATIENCE, env=environment,
            stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    (shown,) = json.loads(done.stdout)
    assert shown["content"]["service_type"] == "libsql"


def test_the_docs_show_it_as_it_is_and_it_is_short() -> None:
    source = EXAMPLE.read_text(encoding="utf-8")
    assert f"```python\n{source}```" in (ROOT / "docs" / "connectors.md").read_text(encoding="utf-8")
    assert len(source.splitlines()) <= MOST
