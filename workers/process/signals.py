"""Which signals ask a process to end in order: SIGTERM, and what a terminal sends when it is closed, or on Ctrl-\\."""

from __future__ import annotations

import signal

_ASKING = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


def ending() -> tuple[signal.Signals, ...]:
    """The signals to handle as SIGTERM. SIGHUP stays ignored where it was when we started: nohup is for that."""
    return tuple(
        each for each in _ASKING if each != signal.SIGHUP or signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN
    )  # fmt: skip
