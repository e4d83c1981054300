"""Messages on a byte stream: a length of four bytes, then the message. A torn one never comes out."""

from __future__ import annotations

import struct

_LENGTH = struct.Struct(">I")
READ = 1 << 18
"""Bytes asked from a socket at a time."""


def frame(kind: bytes, payload: bytes) -> bytes:
    """One message: ``kind`` is one byte that says what the payload is."""
    return _LENGTH.pack(len(payload) + 1) + kind + payload


class Frames:
    """Cuts a stream into messages, whatever pieces it comes in."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[tuple[bytes, bytes]]:
        """Take a piece in; returns the ``(kind, payload)`` that are complete now."""
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
