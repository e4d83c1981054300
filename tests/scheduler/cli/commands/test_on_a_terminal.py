"""What commands show on a terminal of 80 columns."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from scheduler.cli.display.tables import measure
from tests.patience import PATIENCE
from tests.scheduler.cli.commands.calling import Estate

ROOT = Path(__file__).parents[4]
COMMANDS = [
    ("runs",),
    ("status",),
    ("failures",),
    ("deletions",),
    ("tree",),
    ("services",),
    ("show", "shop.db_00.schema_0000.t0000001"),
    ("search", "t0000001"),
    ("diff",),
]


def on_a_terminal(*arguments: str, **environ: str) -> str:
    """What a terminal of 80 columns shows."""
    primary, secondary = pty.openpty()
    clean = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "TERM", "COLUMNS")}
    process = subprocess.Popen(
        [sys.executable, "-c", "from scheduler.cli.cli import main; main()", *arguments], cwd=ROOT,
        stdin=subprocess.DEVNULL, stdout=secondary, stderr=subprocess.DEVNULL,
        env={**clean, "TERM": "xterm", "COLUMNS": "80", **environ},
    )  # fmt: skip
    os.close(secondary)
    seen = b""
    while True:
        try:
            chunk = os.read(primary, 65536)
        except OSError:  # the process ended
            break
        if not chunk:
            break
        seen += chunk
    os.close(primary)
    process.wait(PATIENCE)
    return seen.decode().replace("\r\n", "\n")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_fits_80_columns(command: tuple[str, ...], estate: Estate) -> None:
    shown = on_a_terminal(*command, "--catalog", estate.catalog, NO_COLOR="1")
    assert "\x1b" not in shown
    tables = [line for line in shown.splitlines() if "headrace " not in line and "Reconciled" not in line]
    assert [line for line in tables if measure(line) > 80 and " " in line.strip()[:60].replace("  ", "")] == []


def test_states_have_colours_where_somebody_wants_them(estate: Estate) -> None:
    shown = on_a_terminal("runs", "--catalog", estate.catalog)
    assert "\x1b[33mpartial\x1b[0m" in shown
    assert "\x1b[32mcomplete\x1b[0m" in shown
    plain = re.sub(r"\x1b\[\d+m", "", shown)
    assert plain == on_a_terminal("runs", "--catalog", estate.catalog, NO_COLOR="1")
    assert "\x1b" not in on_a_terminal("runs", "--catalog", estate.catalog, TERM="dumb")
    assert "\x1b" not in estate.ask("runs").out
