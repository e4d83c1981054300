"""Signals during a crawl: Ctrl-C, SIGTERM, SIGHUP and SIGQUIT ask for a checkpoint, a second Ctrl-C ends the process at
once, and an alarm interrupts a call that is stuck."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from specs.errors import Retry
from workers.process.signals import ending
from workers.process.stop_flag import StopFlag

Alarm = Callable[[str], None]


@contextmanager
def interruptible(stop: StopFlag) -> Iterator[Alarm | None]:
    """Set ``stop`` on SIGINT, SIGTERM, SIGHUP and SIGQUIT while the block runs. Outside the main thread, where Python
    cannot handle signals, nothing is done and ``None`` is yielded.

    Yields an alarm: called with a scope from any thread, it raises ``Retry`` in the main thread, in whatever call that
    thread waits. It is the last resort against a source that neither answers nor can be cancelled. A second SIGINT
    raises ``KeyboardInterrupt`` in the main thread.
    """
    if threading.current_thread() is not threading.main_thread():
        yield None
        return
    stuck: list[str] = []

    def handle(number: int, _frame: FrameType | None) -> None:
        if stop.is_set() and number == signal.SIGINT:
            raise KeyboardInterrupt
        stop.set(signal.Signals(number).name)

    def ring(_number: int, _frame: FrameType | None) -> None:
        if stuck:
            remedy = "see what holds it up there"
            raise Retry("the source does not answer and cannot be cancelled", stuck.pop(), remedy, reason="stuck")

    def alarm(scope: str) -> None:
        stuck.append(scope)
        os.kill(os.getpid(), signal.SIGALRM)

    handlers = {signal.SIGINT: handle, signal.SIGALRM: ring, **dict.fromkeys(ending(), handle)}
    before: dict[int, Any] = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield alarm
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
