"""A worker process that is frozen beyond its lease and thawed: others take over, what it sends late is fenced."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.chaos.rig import Pooled, check, fake, undisturbed
from tests.patience import PATIENCE
from workers.embedded.pool import Pool
from workers.ledger import SqlLedger

pytestmark = pytest.mark.chaos


def test_frozen_and_thawed(tmp_path: Path) -> None:
    recipe = fake(schemas=8, tables=[300, 1500], columns=3, triggers=0.2, latency=60, page=100)
    calm = undisturbed(recipe, tmp_path)
    wild = Pooled(recipe, tmp_path, workers=2)
    frozen: list[str] = []

    def freeze(pool: Pool, ledger: SqlLedger, run: str) -> None:
        for _ in range(3):
            worker = busy(pool, ledger, run)
            pid = pool.pids[worker]
            os.kill(pid, signal.SIGSTOP)
            for _ in range(2):  # as if it had been frozen for longer than its lease
                ledger.expire(now=time.time() + 61, grace=0.0)
            assert worker not in ledger.holders(run)[0]
            frozen.append(worker)
            before = ledger.progress(run).entities
            until(partial(moved, ledger, run, before))
            os.kill(pid, signal.SIGCONT)

    run = wild.run(freeze)
    assert run is not None
    assert len(frozen) == 3
    check(tmp_path, "wild", run.id, calm)


def busy(pool: Pool, ledger: SqlLedger, run: str) -> str:
    """A worker that holds a unit."""
    found: list[str] = []

    def look() -> bool:
        found[:] = sorted(ledger.holders(run)[0] & pool.pids.keys())
        return bool(found)

    until(look)
    return found[0]


def moved(ledger: SqlLedger, run: str, before: int) -> bool:
    """Others got on, or are done."""
    return ledger.progress(run).entities > before or not ledger.run(run).open


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
