"""What a run of the tests leaves in the checkout: nothing but the caches of its tools."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

CACHES = {
    ".git", ".venv", ".tools", ".demo", "dist", "build", "__pycache__",
    ".pytest_cache", ".hypothesis", ".mypy_cache", ".ruff_cache", ".import_linter_cache",
}  # fmt: skip
"""What ``make`` and the tools that it runs keep there, as ``make clean`` removes it."""


def contents(root: Path) -> set[str]:
    """Every file and folder below ``root``, as relative paths; caches and coverage data are left out."""
    found: set[str] = set()
    for place, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name not in CACHES and not name.endswith(".egg-info")]
        where = Path(place).relative_to(root)
        found |= {str(where / name) for name in (*folders, *files) if not name.startswith(".coverage")}
    return found


class CheckoutGuard:
    """A pytest plugin that fails the run when a test left a file or folder below ``root``."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._before = contents(root)
        self.left: list[str] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        self.left = sorted(contents(self._root) - self._before)
        if self.left and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.left:
            terminalreporter.section("left in the checkout, which no test may do", red=True)
            for path in self.left:
                terminalreporter.line(path)
