"""Cuts the line to a server that hangs."""

from __future__ import annotations

import os
import socket
from contextlib import suppress


def cut_line(descriptor: int) -> None:
    """Shut the socket down, so that a reader waiting on it wakes up with an error."""
    with suppress(OSError):
        line = socket.socket(fileno=os.dup(descriptor))
        with line:
            line.shutdown(socket.SHUT_RDWR)
