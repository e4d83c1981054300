"""The main function of a spawned worker process."""

from __future__ import annotations

import os
import signal
import socket
import threading
from dataclasses import dataclass

from specs.contracts.assignment import Assignment
from specs.contracts.work import Lost
from specs.errors import Fatal
from specs.errors.mistakes import told
from workers.process.governor import MemoryBudget
from workers.process.governor.child_heartbeats import beat
from workers.process.governor.memory import bound, offer, tune
from workers.process.signals import ending
from workers.process.stop_flag import StopFlag
from workers.queues.pipe.calls import asked, looked_up
from workers.queues.pipe.producer import PipeLine
from workers.unit.host import WorkerHost
from workers.unit.worker import Worker

STUCK = 70
"""Exit code of a worker whose source does not answer and cannot be cancelled."""
DEAF = 72
"""Exit code of a worker process one of whose threads has died, most likely for lack of memory."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a worker process works on. It is sent through the pipe and not on the command line, because it contains
    secrets."""

    worker: str
    epoch: str
    assignment: Assignment
    memory: MemoryBudget


def main(descriptor: int, heartbeats: int) -> None:
    """Run units until the parent says that the run is over, or ends. ``descriptor`` is the file descriptor of the pipe
    to the parent, ``heartbeats`` that for heartbeats."""
    stop = StopFlag()
    beat(heartbeats)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal also signals the parent, which then stops the workers
    for number in ending():
        signal.signal(number, lambda number, frame: stop.set(signal.Signals(number).name))
    threading.excepthook = _deaf
    offer()
    line = PipeLine(socket.socket(fileno=descriptor), stop)
    try:
        order: Order = line.order()
    except EOFError:
        return
    line.epoch = order.epoch
    line.listen()
    try:
        _work(order, line, stop)
    except Lost:
        return
    except Fatal as error:
        line.report(error)
    except Exception as error:
        line.report(Fatal(f"a worker broke: {told(error)}", order.worker, reason="internal"))


def _work(order: Order, line: PipeLine, stop: StopFlag) -> None:
    tune()
    bound(order.memory.data)
    host = WorkerHost(
        order.worker, asked(line.ask), line, stop, soft=order.memory.soft, beside=order.memory.beside, stuck=_stuck,
        resolver=looked_up(line.ask),
    )  # fmt: skip
    worker = Worker(order.assignment, host)
    try:
        worker.work(lambda: line.over)
    finally:
        worker.close()


def _stuck(scope: str) -> None:
    """End the process: nothing else ends a call that ignores its deadline. The parent releases the unit and spawns
    another worker."""
    os._exit(STUCK)


def _deaf(broken: threading.ExceptHookArgs) -> None:
    """End the process when one of its threads dies: without them it receives no message of the parent. The parent
    spawns another worker."""
    try:
        threading.__excepthook__(broken)
    finally:
        os._exit(DEAF)
