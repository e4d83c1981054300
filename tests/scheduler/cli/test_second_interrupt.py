"""A person who presses Ctrl-C twice still sees how to go on."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tests.patience import PATIENCE

ROOT = Path(__file__).parents[3]
RECIPE = """
service: {name: slow, type: "specs.testing.fake:spec"}
connection: {schemas: 2, tables: 4, faults: [{at: build, where: slow.db_00.schema_0000.t0000001, action: freeze}]}
"""

REPORTING = """
import io, sys
from scheduler.cli.cli import run

class Interrupted(io.StringIO):
    def write(self, text):
        raise KeyboardInterrupt

sys.stdout = Interrupted()
sys.exit(run(["crawl", "r.yml", "--catalog", "c.db", "--quiet"]))
"""
"""A crawl that is interrupted while its report is printed."""


class Terminal:
    """A command on a terminal of its own, and what it shows."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self._primary, secondary = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-c", "from scheduler.cli.cli import main; main()", *arguments], cwd=folder,
            stdin=secondary, stdout=secondary, stderr=secondary, start_new_session=True,
            env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm", "COLUMNS": "80"},
        )  # fmt: skip
        os.close(secondary)
        self.shown = b""

    def until(self, part: bytes) -> None:
        while part not in self.shown:
            assert self._read(), self.shown

    def rest(self) -> None:
        while self._read():
            pass
        os.close(self._primary)

    def _read(self) -> bool:
        try:
            piece = os.read(self._primary, 65536)
        except OSError:  # the process ended
            return False
        self.shown += piece
        return bool(piece)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_the_second_one_keeps_the_command_that_resumes(tmp_path: Path, workers: str) -> None:
    (tmp_path / "r.yml").write_text(RECIPE)
    terminal = Terminal(tmp_path, "crawl", "r.yml", "--catalog", "c.db", "--workers", workers)
    terminal.until(b"  slow.db_00")  # the picture names what is read: nothing comes of it
    for _ in range(20):  # two at once may count as one
        terminal.process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            terminal.process.wait(0.5)
            break
    terminal.rest()
    assert terminal.process.wait(PATIENCE) == 130
    wiped = terminal.shown.rpartition(b"\x1b[2K")[2].decode()  # what was not wiped by the end of the picture
    assert "resume with: headrace resume 20" in wiped, terminal.shown
    assert "--catalog sqlite:///c.db" in wiped


def test_one_that_comes_while_the_report_is_printed_keeps_it_too(tmp_path: Path) -> None:
    """The first one may already have ended the crawl when the second one comes; here a sink is still to be fed."""
    recipe = RECIPE.replace("freeze", "skip") + f"sinks: [{{type: jsonl, path: '{tmp_path}/missing/out.jsonl'}}]"
    (tmp_path / "missing").write_text("no folder")
    (tmp_path / "r.yml").write_text(recipe)
    done = subprocess.run(
        [sys.executable, "-c", REPORTING], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode == 130, done.stderr
    assert "resume with: headrace resume 20" in done.stderr
    assert "Traceback" not in done.stderr
