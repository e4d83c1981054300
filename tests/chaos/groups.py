"""A memory control group for tests: version 1 or 2, where this machine lets us make one."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.patience import PATIENCE
from workers.process.governor.cgroups import Group, folders, number

START = "import sys; open(sys.argv.pop(1), 'w').write('0'); from scheduler.cli.cli import main; main()"
"""What a process of ours runs to begin its life in a group."""


@contextmanager
def group(limit: int) -> Iterator[Group]:
    """A group with a hard limit of ``limit`` bytes below our own topmost one. Skips where it cannot be made."""
    top = list(folders("memory"))
    for above in reversed(top):
        folder = above / f"headrace-test-{os.getpid()}-{time.monotonic_ns()}"
        name = "memory.limit_in_bytes" if (above / "memory.limit_in_bytes").exists() else "memory.max"
        try:
            folder.mkdir()
        except OSError:
            continue
        try:
            (folder / name).write_text(str(limit))
            with suppress(OSError):
                (folder / "memory.swap.max").write_text("0")
        except OSError:  # the controller is not handed down here
            folder.rmdir()
            continue
        assert number(folder / name) == limit
        try:
            yield Group(folder, limit, name)
        finally:
            _remove(folder)
        return
    pytest.skip("no memory control group may be made here: run as root, with the memory controller of version 1 or 2")


def command(inside: Group, *arguments: str) -> list[str]:
    """The command line of a process of ours inside a group."""
    return [sys.executable, "-c", START, str(inside.folder / "cgroup.procs"), *arguments]


def _remove(folder: Path) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return folder.rmdir()
        except OSError:  # who was killed takes a moment to leave
            assert time.monotonic() < end, f"{folder} is still in use"
            time.sleep(0.05)
