"""What is set up in a process that runs for long: nothing is collected for nothing, and no garbage is kept."""

from __future__ import annotations

import subprocess
import sys

PROBE = """
import gc
from weakref import ref
from workers.process.governor.memory import collect_seldom, tune

class Ring: pass

def garbage():
    ring = Ring()
    ring.itself = ring
    return ref(ring)

gc.disable()
{before}
found = garbage()
full = gc.get_stats()[2]["collections"]
{calls}
print(gc.get_stats()[2]["collections"] - full, found() is None, gc.get_freeze_count() > 0, *gc.get_threshold())
"""


def tuned(before: str = "", calls: str = "tune()") -> list[str]:
    """Full collections, whether garbage was freed, whether anything is frozen, and the thresholds."""
    probe = PROBE.format(before=before, calls=calls)
    return subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True).stdout.split()


def test_the_garbage_of_a_process_that_calls_us_is_not_frozen() -> None:
    assert tuned() == ["1", "True", "True", "50000", "20", "50"]


def test_our_own_command_collects_nothing_before_it_begins() -> None:
    assert tuned("collect_seldom()") == ["0", "False", "True", "50000", "20", "50"]


def test_what_lies_between_two_crawls_of_a_process_is_not_frozen() -> None:
    calls = "tune(); found = garbage(); tune(); gc.collect()"
    assert tuned(calls=calls)[1] == "True"


def test_the_command_collects_seldom_from_its_beginning() -> None:
    probe = (
        "import atexit, gc, sys, headrace\n"
        "atexit.register(lambda: print(*gc.get_threshold()))\n"
        "sys.argv[1:] = ['--help']\n"
        "headrace.main()"
    )
    out = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True).stdout
    assert out.splitlines()[-1] == "200000 20 50"
