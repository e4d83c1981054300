"""A worker that was told to end leaves as soon as its processes have, and does not wait for those that hang."""

from __future__ import annotations

import subprocess
import sys
import time

from tests.patience import PATIENCE
from workers.cluster.pool.departure import leave


def child(seconds: float) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", f"import time; time.sleep({seconds})"])


def test_leaves_when_the_last_child_has() -> None:
    told: list[object] = []
    processes = [child(0.2), child(0.4)]
    leave(lambda: [each.pid for each in processes], lambda: told.append("bye"), longest=60, leave=told.append).join(
        PATIENCE
    )
    assert told == ["bye", 0]
    assert [each.wait(PATIENCE) for each in processes] == [0, 0]


def test_kills_what_hangs() -> None:
    told: list[object] = []
    process = child(600)
    leave(lambda: [process.pid], lambda: None, longest=0.2, leave=told.append).join(PATIENCE)
    assert told == [0]
    assert process.wait(PATIENCE) == -9


def test_last_words_may_hang() -> None:
    told: list[object] = []
    leave(list, lambda: time.sleep(600), leave=told.append).join(PATIENCE)
    assert told == [0]
