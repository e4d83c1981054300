"""Messages on a byte stream: four bytes of length, then the message. An incomplete message is never returned."""

from __future__ import annotations

import struct

_LENGTH = struct.Struct(">I")
READ = 1 << 18
"""Most bytes that are read from a socket at a time."""


def frame(kind: bytes, payload: bytes) -> bytes:
    """The bytes of one message; ``kind`` is one byte that says what the payload is."""
    return _LENGTH.pack(len(payload) + 1) + kind + payload


class Frames:
    """Cuts a stream into messages, in whatever pieces the stream arrives."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[tuple[bytes, bytes]]:
        """Take in a piece of the stream; returns ``(kind, payload)`` of each message that it completes."""
        self._buffer += data
        found: list[tuple[bytes, bytes]] = []
        at = 0
        while len(self._buffer) - at >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._buffer, at)
            end = at + _LENGTH.size + length
            if end > len(self._buffer):
                break
            begin = at + _LENGTH.size
            found.append((bytes(self._buffer[begin : begin + 1]), bytes(self._buffer[begin + 1 : end])))
            at = end
        del self._buffer[:at]
        return found
