r"""Databases without an encoding (``SQL_ASCII``) hold any bytes: what is not UTF-8 is shown and asked for as ``\xf6``.

The server would refuse to send one such name as UTF-8, and with it all others of the listing.
"""

from __future__ import annotations

import re

import psycopg
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.pq import Format
from psycopg.types.string import StrDumperUnknown

_TYPES = (18, 19, 25, 705, 1042, 1043)
""""char", name, text, unknown, bpchar, varchar."""
_ESCAPED = re.compile(rb"\\x([89a-f][0-9a-f])")


class _Text(Loader):
    def load(self, data: Buffer) -> str:
        return bytes(data).decode("utf8", "backslashreplace")


class _BinaryText(_Text):
    format = Format.BINARY


class _Bytes(StrDumperUnknown):
    def dump(self, obj: str) -> bytes:
        return _ESCAPED.sub(lambda found: bytes.fromhex(found[1].decode()), obj.encode("utf8", "replace"))


def unencoded(connection: psycopg.Connection[tuple[object, ...]]) -> bool:
    """Whether the database has no encoding."""
    return connection.info.parameter_status("server_encoding") == "SQL_ASCII"


def take_bytes(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    """Read and write bytes escaped; transactions ask the server to send them as they are (client_encoding)."""
    for oid in _TYPES:
        connection.adapters.register_loader(oid, _Text)
        connection.adapters.register_loader(oid, _BinaryText)
    connection.adapters.register_dumper(str, _Bytes)
