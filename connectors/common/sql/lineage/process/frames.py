"""Messages between a parser's process and the one that started it: four bytes of length, then a pickle.

Both ends run the same program, and what the child sends is made by it from texts, so pickles are safe here.
"""

from __future__ import annotations

import pickle
import socket
import struct
from collections.abc import Callable
from typing import Any

_LENGTH = struct.Struct(">I")


class Pipe:
    """One end. A timeout of the socket bounds each wait for the other end; after each timeout ``goes_on`` says whether
    to wait once more, in the midst of a message, too."""

    def __init__(self, end: socket.socket, goes_on: Callable[[], bool] = lambda: False) -> None:
        self._end, self._goes_on = end, goes_on
        self.wait_up_to = end.settimeout

    def send(self, message: Any) -> None:
        """Send a message. Raises ``OSError`` when the other end is gone, or takes nothing until the timeout."""
        data = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
        left = memoryview(_LENGTH.pack(len(data)) + data)
        while left:
            try:
                left = left[self._end.send(left) :]
            except TimeoutError:
                if not self._goes_on():
                    raise

    def receive(self) -> Any:
        """The next message. Raises ``EOFError`` when the other end is gone, and ``TimeoutError`` when nothing comes
        until the timeout."""
        (length,) = _LENGTH.unpack(self._exactly(_LENGTH.size))
        return pickle.loads(self._exactly(length))

    def close(self) -> None:
        """Close this end. May be called twice."""
        self._end.close()

    def _exactly(self, length: int) -> bytearray:
        held = bytearray(length)
        view, at = memoryview(held), 0
        while at < length:
            try:
                read = self._end.recv_into(view[at:])
            except ConnectionError:
                read = 0
            except TimeoutError:
                if not self._goes_on():
                    raise
                continue
            if not read:
                raise EOFError("the other end is gone")
            at += read
        return held
