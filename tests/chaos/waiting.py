"""Waiting for a disturbed run to be where it can be hurt."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from specs.errors import Retry
from tests.workers.cluster.rig import PATIENCE
from workers.ledger import SqlLedger

T = TypeVar("T")


def working(ledger: SqlLedger, *, stored: int = 1) -> str:
    """The open run, once a worker holds a unit of it and ``stored`` entities are in the catalog."""

    def look() -> str | None:
        for run in ledger.open_runs():
            if ledger.holders(run.id)[0] and ledger.progress(run.id).entities >= stored:
                return run.id
        return None

    found = wait(look)
    assert found is not None
    return found


def wait(look: Callable[[], T], patience: float = PATIENCE) -> T:
    """What ``look`` answers once that is true; a catalog that is out is asked again."""
    end = time.monotonic() + patience
    while True:
        with suppress(Retry):
            found = look()
            if found:
                return found
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)
