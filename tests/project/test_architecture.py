"""The house keeps its shape: imports point down, files stay small, the language stays light."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import PATIENCE

ROOT = Path(__file__).parents[2]
PACKAGES = ("specs", "connectors", "workers", "scheduler")
LIMIT = 300


def _run(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_imports_point_down() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stdout


def test_no_file_is_longer_than_300_lines() -> None:
    folders = (*PACKAGES, "tests", "scripts", "examples")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    lengths = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    assert {path: lines for path, lines in lengths.items() if lines > LIMIT} == {}


FLAT = 8


def test_no_package_keeps_more_than_eight_modules_flat() -> None:
    flat = {
        str(folder.relative_to(ROOT)): len([path for path in folder.glob("*.py") if path.name != "__init__.py"])
        for package in PACKAGES
        for folder in [ROOT / package, *(ROOT / package).rglob("*")]
        if folder.is_dir()
    }
    assert {folder: modules for folder, modules in flat.items() if modules > FLAT} == {}


SERVING = {"flusher", "publisher", "scheduler", "up", "worker"}
"""Commands that are processes of a cluster, and set up what such a process needs."""


def test_commands_parse_call_and_draw() -> None:
    """What people ask is answered by ``scheduler.app``; no command looks into the ledger or the catalog itself."""
    found: dict[str, set[str]] = {}
    for path in sorted((ROOT / "scheduler" / "cli" / "commands").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [each.name for each in node.names] if isinstance(node, ast.Import) else []
            found.setdefault(path.stem, set()).update(each for each in names if each.partition(".")[0] == "workers")
    assert len(found) > 30
    assert {name: modules for name, modules in found.items() if modules and name not in SERVING} == {}


def test_tests_are_no_packages() -> None:
    assert list((ROOT / "tests").rglob("__init__.py")) == []


@pytest.mark.parametrize("package", PACKAGES)
def test_all_names_that_a_package_exports_are_there(package: str) -> None:
    missing = _run(
        "import importlib, pkgutil, sys\n"
        f"root = importlib.import_module({package!r})\n"
        "names = [root.__name__] + [m.name for m in pkgutil.walk_packages(root.__path__, root.__name__ + '.')"
        " if '.migrations.' not in m.name]\n"
        "for name in names:\n"
        "    module = importlib.import_module(name)\n"
        "    for exported in getattr(module, '__all__', ()):\n"
        "        if not hasattr(module, exported): print(name, exported)\n"
    )
    assert missing == ""


HEAVY = {
    "sqlalchemy",
    "celery",
    "redis",
    "requests",
    "click",
    "rich",
    "yaml",
    "psycopg",
    "pymysql",
    "duckdb",
}


def _loaded(imports: str) -> set[str]:
    return set(
        _run(f"import sys\nimport {imports}\nprint(*{{name.partition('.')[0] for name in sys.modules}})").split()
    )


def test_the_language_imports_nothing_heavy() -> None:
    modules = (
        "specs.contracts.work, specs.registry, specs.recipe.recipe, "
        "specs.sources.database.metadata, specs.entities.database.tables"
    )
    assert _loaded(modules) & (HEAVY | {"pytest", "hypothesis"}) == set()


def test_a_worker_imports_no_driver() -> None:
    drivers = {"psycopg", "pymysql", "duckdb", "celery", "redis"}
    assert _loaded("workers.unit.runner, workers.queues.flusher, workers.ledger, workers.catalog") & drivers == set()


def test_help_imports_no_database_and_no_printing() -> None:
    assert _loaded("scheduler.cli.cli") & (HEAVY - {"click"} | {"pydantic"}) == set()
