"""Connectors share a grammar: who has read one finds everything in the next."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "connectors"
GRAMMAR = frozenset(
    {"service_spec", "connection", "driver", "errors", "metadata", "listing", "facets", "build", "exists", "check"}
)
"""What stands in the folder of a connector, each as a module or as a folder of modules; and nothing else does."""
PRODUCTS = ("duckdb", "mysql", "postgres", "sqlite")
INSPECTOR = "common/sql/inspector"
ELSEWHERE = {
    "sqlalchemy": GRAMMAR - {"service_spec", "connection"},  # a dialect is read by what all dialects share
    INSPECTOR: frozenset({"service_spec"}),  # a connector binds it
}
"""Names that a folder lacks, and why."""
BESIDE = {
    INSPECTOR: frozenset({"dialects"}),  # what single dialects spell in their own way
    "postgres": frozenset({"lineage", "usage"}),  # servers that count statements
    "mysql": frozenset({"lineage", "usage"}),
}
"""Names that a folder has besides."""
FLAT = 8
"""Modules in one package, at most."""


def _names(folder: Path) -> frozenset[str]:
    modules = {path.stem for path in folder.glob("*.py")} - {"__init__"}
    return frozenset(modules | {path.parent.name for path in folder.glob("*/__init__.py")})


def test_every_connector_is_looked_at() -> None:
    assert _names(ROOT) == {*PRODUCTS, "sqlalchemy", "common"}


@pytest.mark.parametrize("folder", [*PRODUCTS, *ELSEWHERE])
def test_the_same_names_stand_in_every_connector(folder: str) -> None:
    expected = (GRAMMAR - ELSEWHERE.get(folder, frozenset())) | BESIDE.get(folder, frozenset())
    assert _names(ROOT / folder) == expected


@pytest.mark.parametrize("folder", [*PRODUCTS, INSPECTOR])
def test_statements_stand_in_files_of_their_own(folder: str) -> None:
    place = ROOT / folder
    assert (place / "queries.sql").is_file() != any(place.glob("queries/*.sql"))


def test_no_package_keeps_more_than_eight_modules_flat() -> None:
    packages = {path.parent for path in ROOT.rglob("__init__.py")}
    counts = {
        package.relative_to(ROOT).as_posix(): sum(path.name != "__init__.py" for path in package.glob("*.py"))
        for package in packages
    }
    assert {package: count for package, count in counts.items() if count > FLAT} == {}


def test_every_folder_says_what_lives_there() -> None:
    silent = [
        path.relative_to(ROOT).as_posix()
        for path in ROOT.rglob("__init__.py")
        if not path.read_text(encoding="utf-8").startswith('"""')
    ]
    assert silent == []
