"""The signals that ask a process for an orderly end: SIGTERM, SIGHUP (the terminal was closed) and SIGQUIT
(Ctrl-\\)."""

from __future__ import annotations

import signal

_ASKING = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


def ending() -> tuple[signal.Signals, ...]:
    """The signals to handle like SIGTERM. SIGHUP is left out when it was ignored at the start, as ``nohup`` does."""
    return tuple(
        each for each in _ASKING if each != signal.SIGHUP or signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN
    )  # fmt: skip
