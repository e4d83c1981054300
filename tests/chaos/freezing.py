"""Freezes processes, as a machine that is overloaded or suspended does."""

from __future__ import annotations

import os
import signal
import subprocess

from tests.chaos.waiting import wait, working
from workers.ledger import SqlLedger
from workers.queues.redis.queue import RedisQueue


def stop(process: subprocess.Popen[bytes]) -> None:
    """Freeze a process and its children."""
    os.killpg(process.pid, signal.SIGSTOP)


def go(process: subprocess.Popen[bytes]) -> None:
    os.killpg(process.pid, signal.SIGCONT)


def frozen_at_work(ledger: SqlLedger, queue: RedisQueue, worker: subprocess.Popen[bytes]) -> str:
    """The open run, once ``worker``, the only one, is frozen with a batch to send when it goes on.

    A unit counts as running for a moment after its last batch was sent: so it has to be running and not to have sent
    that. The queue is looked at first, since a last batch leaves it once the unit is not running any more.
    """

    def look() -> str | None:
        run = working(ledger)
        stop(worker)
        waiting = [batch for shard in range(queue.shards) for _, batch in queue.read(shard, limit=1000)]
        ended = {batch.unit for batch in waiting if batch.receipt is not None}
        if {unit.id for unit in ledger.units(run) if unit.state == "running"} - ended:
            return run
        go(worker)
        return None

    found = wait(look)
    assert found is not None
    return found
