"""The signals that a shell may have told this process to ignore, and that tests send to processes which they start."""

from __future__ import annotations

import signal

HEARD = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT)
"""``nohup`` ignores the first one, a shell without job control the others for what it runs in the background."""


def restore() -> None:
    """Hear again what was ignored from the start: processes inherit that, and would never end in tests of signals."""
    for each in HEARD:
        if signal.getsignal(each) is signal.SIG_IGN:
            signal.signal(each, signal.default_int_handler if each is signal.SIGINT else signal.SIG_DFL)
