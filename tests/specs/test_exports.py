"""Packages whose names are imported when they are used: type checkers see the same names as Python, and no more is
imported than is used."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from specs.exports import lazy

PACKAGES = ("specs.entities", "specs.sources", "workers.metrics", "workers.feed", "workers.schedules")


@pytest.mark.parametrize("package", PACKAGES)
def test_type_checkers_see_what_there_is(package: str) -> None:
    module = import_module(package)
    tree = ast.parse(Path(str(module.__file__)).read_text())
    (apart,) = (node for node in tree.body if isinstance(node, ast.If))
    seen = {
        alias.name: imported.module
        for imported in apart.body
        if isinstance(imported, ast.ImportFrom)
        for alias in imported.names
    }
    assert set(module.__all__) == {*seen, *({"describes", "entity_types"} if package == "specs.entities" else ())}
    for name, place in seen.items():
        assert getattr(module, name) is getattr(import_module(str(place)), name)


@pytest.mark.parametrize("package", PACKAGES)
def test_a_name_that_is_not_there_is_an_attribute_error(package: str) -> None:
    with pytest.raises(AttributeError, match=f"module '{package}' has no attribute 'Nonsense'"):
        getattr(import_module(package), "Nonsense")  # noqa: B009  (not known to type checkers)


def test_only_what_is_used_is_imported() -> None:
    probe = "import sys; from specs.entities import Index; from specs.sources import Step; print(*sys.modules)"
    out = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True).stdout
    ours = {name for name in out.split() if name.startswith(("specs.entities.", "specs.sources."))}
    assert ours == {
        "specs.entities.base",
        "specs.entities.database",
        "specs.entities.database.indexes",
        "specs.sources.base",
    }


def test_entity_types_are_known_by_name_without_being_imported() -> None:
    probe = (
        "import sys; from specs.entities import entity_types\n"
        "assert 'Dashboard' in entity_types and 'Column' not in entity_types and len(entity_types) == 30\n"
        "assert 'pydantic' not in sys.modules\n"
        "print(entity_types['Dashboard'].__module__, entity_types.get('Column'))"
    )
    out = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True).stdout
    assert out == "specs.entities.services.dashboard None\n"


def test_what_importing_a_module_would_hide_is_refused() -> None:
    with pytest.raises(ValueError, match="exports what it calls modules, too: letters"):
        lazy("shop", {"letters": "Letter letters"})
