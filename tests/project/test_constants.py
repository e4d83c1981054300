"""A number says by its name what it limits, one of time also its unit; a room keeps its times in one file."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PACKAGES = ("specs", "connectors", "workers", "scheduler")
VAGUE = {
    *("AGAIN", "BUSY", "EVERY", "GRACE", "KEPT", "LEASE", "LEAST", "LEAVE", "LIMIT", "LONGEST", "LOOK", "MOST"),
    *("PATIENCE", "POLL", "SHORTEST", "SILENT", "SOON", "STALL", "STEP", "TICK", "TIMEOUT", "WAIT"),
}
"""Names that fit every limit and every time, so that a reader has to look up which one is meant."""


class Number(NamedTuple):
    """A number at the top of a module. ``computed``: from other constants; ``told`` is its docstring."""

    file: str
    name: str
    computed: bool
    told: str


def _numbers(root: Path) -> Iterator[Number]:
    for path in sorted(each for package in PACKAGES for each in (root / package).rglob("*.py")):
        body = ast.parse(path.read_text(encoding="utf-8")).body
        for node, following in zip(body, [*body[1:], None], strict=True):
            target = node.targets[0] if isinstance(node, ast.Assign) else getattr(node, "target", None)
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value and isinstance(target, ast.Name):
                parts = {type(each) for each in ast.walk(node.value) if isinstance(each, ast.expr)}
                values = [each.value for each in ast.walk(node.value) if isinstance(each, ast.Constant)]
                said = following.value if isinstance(following, ast.Expr) else None
                told = said.value if isinstance(said, ast.Constant) else ""
                if (
                    target.id.isupper()
                    and parts <= {ast.Constant, ast.BinOp, ast.UnaryOp, ast.Name}
                    and all(isinstance(each, int | float) for each in values)
                ):
                    file = path.relative_to(root).as_posix()
                    yield Number(file, target.id, ast.Name in parts, str(told))


def _vague(root: Path) -> list[str]:
    return [f"{each.file}: {each.name}" for each in _numbers(root) if each.name.strip("_") in VAGUE]


def _without_unit(root: Path) -> list[str]:
    times = (each for each in _numbers(root) if re.match(r"(most |least )?seconds\b", each.told, re.IGNORECASE))
    return [f"{each.file}: {each.name}" for each in times if not each.name.endswith("_SECONDS")]


def _scattered(root: Path) -> dict[str, list[str]]:
    """The files with times of each room that has several. What is computed from other times may stand where it is
    used; a connector keeps the pauses that its errors ask for beside these errors."""
    files: dict[str, set[str]] = defaultdict(set)
    for each in _numbers(root):
        package, room = each.file.split("/")[:2]
        if each.name.endswith("_SECONDS") and not each.computed and package in ("workers", "scheduler"):
            files[f"{package}/{room}"].add(each.file)
    return {room: sorted(found) for room, found in files.items() if len(found) > 1}


def test_no_number_has_a_name_that_fits_every_number() -> None:
    assert _vague(ROOT) == []


def test_a_time_has_its_unit_in_its_name() -> None:
    assert _without_unit(ROOT) == []


def test_a_room_keeps_its_times_in_one_file() -> None:
    assert _scattered(ROOT) == {}


def test_vague_names_and_scattered_times_are_found(tmp_path: Path) -> None:
    sources = {
        "workers/unit/walk.py": 'PATIENCE = 5.0\n"""Seconds of a walk."""\n_MOST = 2 * 10\nLEAST: int = 1\n',
        "workers/unit/times.py": "RENEWAL_SECONDS = 15.0\n",
        "workers/unit/part/errands.py": "PAUSE_SECONDS = 0.1\nTWICE_SECONDS = 2 * PAUSE_SECONDS\n",
        "scheduler/control/times.py": 'LEAD_SECONDS = 1.0\nPAUSE = 5\n"""Most seconds between two tries."""\n',
        "scheduler/control/runs.py": 'QUIET_SECONDS = 2 * LEAD_SECONDS\nSTEP = "step"\nLOOK = (1, "a")\n',
    }
    for name, source in sources.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(source, encoding="utf-8")
    assert _vague(tmp_path) == [f"workers/unit/walk.py: {name}" for name in ("PATIENCE", "_MOST", "LEAST")]
    assert _without_unit(tmp_path) == ["scheduler/control/times.py: PAUSE", "workers/unit/walk.py: PATIENCE"]
    assert _scattered(tmp_path) == {"workers/unit": ["workers/unit/part/errands.py", "workers/unit/times.py"]}
