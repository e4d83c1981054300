"""Answers to prompts, from the environment; a real terminal is played by a pseudo terminal."""

import os
import pty
import subprocess
import sys
from pathlib import Path

from tests.patience import PATIENCE

ROOT = Path(__file__).parents[4]
ASK = "from scheduler.recipes.secrets.prompts import ask; print('got', ask('password'))"


def environment(**more: str) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "TERM": "dumb", **more}


def test_the_environment_answers_first() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ASK], stdin=subprocess.DEVNULL, env=environment(HEADRACE_PASSWORD="pw"),
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == "got pw\n"


def test_without_terminal_and_environment_it_is_a_usage_error() -> None:
    done = subprocess.run(
        [sys.executable, "-c", ASK], stdin=subprocess.DEVNULL, env=environment(), capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert "the recipe asks for the password, and there is no terminal; set HEADRACE_PASSWORD" in done.stderr


def test_a_person_is_asked_without_echo() -> None:
    outer, inner = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", ASK], stdin=inner, stdout=inner, stderr=inner, env=environment(), start_new_session=True,
        preexec_fn=lambda: os.close(os.open(os.ttyname(0), os.O_RDWR)),
    ) as process:  # fmt: skip
        os.close(inner)
        shown = os.read(outer, 100)
        while b"password" not in shown:
            shown += os.read(outer, 100)
        os.write(outer, b"sesame\n")
        while b"got" not in shown:
            shown += os.read(outer, 100)
        while not shown.endswith(b"\n"):
            shown += os.read(outer, 100)
        assert process.wait(timeout=PATIENCE) == 0
    os.close(outer)
    assert shown.count(b"sesame") == 1
    assert b"got sesame" in shown
