"""The suite may be started in the background, or under nohup."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.dispositions import HEARD

ROOT = Path(__file__).parents[2]
SHOW = "import signal, sys; print(signal.getsignal(int(sys.argv[1])) is signal.SIG_IGN)"
START = """
import signal, subprocess, sys
number, show = int(sys.argv[1]), sys.argv[2]
signal.signal(number, signal.SIG_IGN)
if sys.argv[3] == "restored":
    from tests.dispositions import restore
    restore()
print(subprocess.run([sys.executable, "-c", show, str(number)], capture_output=True, text=True).stdout)
"""


def ignored(number: int, how: str) -> str:
    command = [sys.executable, "-c", START, str(int(number)), SHOW, how]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.parametrize("number", HEARD, ids=lambda each: each.name)
def test_what_tests_start_hears_signals_that_the_suite_was_told_to_ignore(number: signal.Signals) -> None:
    assert ignored(number, "left") == "True"
    assert ignored(number, "restored") == "False"


@pytest.mark.parametrize("number", HEARD, ids=lambda each: each.name)
def test_none_is_ignored_here(number: signal.Signals) -> None:
    assert signal.getsignal(number) is not signal.SIG_IGN
