"""Messages between a parser's process and the one that started it: four bytes of length, then a pickle.

Both ends run the same program, and what the child sends is made by it from texts, so pickles are safe here.
"""

from __future__ import annotations

import pickle
import socket
import struct
from typing import Any

_LENGTH = struct.Struct(">I")


def send(pipe: socket.socket, message: Any) -> None:
    """Send a message. Raises ``OSError`` when the other end is gone, or takes nothing until the socket's timeout."""
    data = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    pipe.sendall(_LENGTH.pack(len(data)) + data)


def receive(pipe: socket.socket) -> Any:
    """The next message. Raises ``EOFError`` when the other end is gone, and ``TimeoutError`` when nothing comes until
    the socket's timeout."""
    (length,) = _LENGTH.unpack(_exactly(pipe, _LENGTH.size))
    return pickle.loads(_exactly(pipe, length))


def _exactly(pipe: socket.socket, length: int) -> bytearray:
    held = bytearray(length)
    view, at = memoryview(held), 0
    while at < length:
        try:
            read = pipe.recv_into(view[at:])
        except ConnectionError:
            read = 0
        if not read:
            raise EOFError("the other end is gone")
        at += read
    return held
