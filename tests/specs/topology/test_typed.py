"""A topology that names a method wrongly fails ``mypy --strict``; one that names them rightly passes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
CLASS = """
from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar

from specs.entities.base import Entity
from specs.entities.database.tables import Table
from specs.sources.database.metadata import DatabaseSource
from specs.sources.services.messaging import MessagingSource
from specs.sources.service import ServiceSource, service_node
from specs.topology.node import Item, Node, Produced, Stage, Topology
from specs.topology.scope import KeyRange, Scope


class Shelves(ServiceSource):
    topology: ClassVar[Topology[Shelves]]

    def books(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return iter(())

    def yield_book(self, item: Item, scope: Scope) -> Iterable[Table]:
        return ()

    def yield_number(self, item: Item, scope: Scope) -> Iterable[int]:
        return ()

"""
RIGHT = """
Shelves.topology = Topology(service_node(
    Node("book", Shelves.books, ranged=True, stages=(Stage(Table, Shelves.yield_book),)),
))
"""
WRONG = {
    "a misspelt producer": ("Shelves.books", "Shelves.boks", "attr-defined"),
    "a misspelt processor": ("Shelves.yield_book", "Shelves.yield_boook", "attr-defined"),
    "a processor for a producer": ("Shelves.books", "Shelves.yield_book", "arg-type"),
    "a producer for a processor": ("Shelves.yield_book", "Shelves.books", "arg-type"),
    "a processor of no entities": ("Shelves.yield_book", "Shelves.yield_number", "arg-type"),
    "a producer of another source": ("Shelves.books", "MessagingSource.topics", "arg-type"),
    "a processor of another source": ("Shelves.yield_book", "DatabaseSource.yield_table", "arg-type"),
}


@pytest.fixture(scope="module")
def errors(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """The kinds of errors that mypy finds in each module: one run for all, since each run reads the packages anew."""
    folder = tmp_path_factory.mktemp("typed")
    modules = {"right": RIGHT}
    modules |= {what.replace(" ", "_"): RIGHT.replace(name, other) for what, (name, other, _) in WRONG.items()}
    for module, literal in modules.items():
        (folder / f"{module}.py").write_text(CLASS + literal)
    options = ["--strict", "--no-incremental", "--follow-imports=silent", "--config-file="]
    files = [f"{module}.py" for module in modules]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *options, *files], cwd=folder, capture_output=True, text=True, timeout=300,
        stdin=subprocess.DEVNULL, env={**os.environ, "MYPYPATH": str(ROOT)},
    )  # fmt: skip
    found: dict[str, list[str]] = {module: [] for module in modules}
    for module, kind in re.findall(r"^(\w+)\.py:\d+: error: .*\[([\w-]+)\]$", done.stdout, re.MULTILINE):
        found[module].append(kind)
    assert done.returncode == 1, done.stdout + done.stderr  # 2 is a run of mypy that broke off
    return found


def test_a_right_topology_passes(errors: dict[str, list[str]]) -> None:
    assert errors["right"] == []


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_topology_fails(errors: dict[str, list[str]], what: str) -> None:
    assert errors[what.replace(" ", "_")] == [WRONG[what][2]]
