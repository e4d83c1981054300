"""Lists of oids as the server takes them, packed once for all statements of a slice.

Source of the format: ``array_recv`` in PostgreSQL's ``src/backend/utils/adt/arrayfuncs.c``.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from itertools import chain, repeat

import psycopg
from psycopg.adapt import Dumper
from psycopg.pq import Format

_OID, _OIDS = 26, 1028
"""The oids of the types ``oid`` and ``oid[]``."""


class Oids:
    """An ``oid[]`` parameter.

    >>> Oids([7]).packed.hex(" ", 4)
    '00000001 00000000 0000001a 00000001 00000001 00000004 00000007'
    """

    __slots__ = ("packed",)

    def __init__(self, oids: Sequence[int]) -> None:
        dimensions = (1, 0, _OID, len(oids), 1) if oids else (0, 0, _OID)
        numbers = [*dimensions, *chain.from_iterable(zip(repeat(4), oids))]
        self.packed = struct.pack(f"!{len(numbers)}I", *numbers)


class _OidsDumper(Dumper):
    format = Format.BINARY
    oid = _OIDS

    def dump(self, obj: Oids) -> bytes:
        return obj.packed


def take_oids(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    """Let statements on this connection be sent with ``Oids``."""
    connection.adapters.register_dumper(Oids, _OidsDumper)
