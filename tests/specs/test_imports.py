"""The language is light: nothing but pydantic and the standard library, and nobody above it."""

import subprocess
import sys

import pytest

from tests.patience import PATIENCE

FOREIGN = {
    "sqlalchemy",
    "celery",
    "redis",
    "requests",
    "click",
    "typer",
    "rich",
    "yaml",
    "pytest",
    "hypothesis",
}
ABOVE = {"connectors", "workers", "scheduler"}
DRIVERS = {"psycopg", "pymysql", "duckdb"}


def imported(code: str) -> set[str]:
    """The top-level modules that a fresh process holds after ``code``."""
    code += "\nimport sys; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=PATIENCE, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    "module",
    [
        *(
            "specs",
            "specs.entities",
            "specs.sources",
            "specs.topology.engine",
            "specs.contracts.work",
            "specs.registry",
        ),
        *(
            "specs.contracts.sink",
            "specs.contracts.parts.profiler",
            "specs.contracts.parts.sampler",
            "specs.recipe.recipe",
            "specs.testing.fake",
            "specs.testing.harvest",
        ),
    ],
)
def test_importing_the_language_imports_nothing_heavy(module: str) -> None:
    assert not imported(f"import {module}") & (FOREIGN | ABOVE | DRIVERS)


def test_looking_for_connectors_imports_no_driver() -> None:
    code = "from specs import registry\nfor name in registry.known(): registry.load(name)"
    assert not imported(code) & (DRIVERS | {"sqlalchemy"})
