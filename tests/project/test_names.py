"""A class name stands for one thing: no two public classes of the program share one."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("specs", "connectors", "workers", "scheduler")


def _public(root: Path) -> dict[str, list[str]]:
    """The files that define each public class, wherever in the file it stands."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(each for package in PACKAGES for each in (root / package).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].append(path.relative_to(root).as_posix())
    return found


def _shared(root: Path) -> dict[str, list[str]]:
    return {name: files for name, files in _public(root).items() if len(files) > 1}


def test_no_two_classes_share_a_name() -> None:
    """Entities are named like what they are, and keep the name; whatever else is called so says what it is of."""
    assert _shared(ROOT) == {}


def test_the_classes_of_every_package_are_looked_at() -> None:
    files = [file for found in _public(ROOT).values() for file in found]
    assert {file.partition("/")[0] for file in files} == set(PACKAGES)


def test_a_shared_name_is_found_across_packages_and_inside_a_file(tmp_path: Path) -> None:
    sources = {
        "specs/work.py": "class Batch: ...\nclass _Own: ...\nclass Unit: ...\n",
        "workers/queues/redis.py": "class _Own: ...\ndef make():\n    class Batch: ...\n",
        "scheduler/plan.py": "if True:\n    class Plan: ...\nelse:\n    class Plan: ...\n",
    }
    for name, source in sources.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(source, encoding="utf-8")
    assert _shared(tmp_path) == {
        "Batch": ["specs/work.py", "workers/queues/redis.py"],
        "Plan": ["scheduler/plan.py", "scheduler/plan.py"],
    }
