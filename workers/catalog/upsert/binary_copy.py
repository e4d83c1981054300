"""New rows in PostgreSQL's binary COPY format, for which the server only checks lengths and parses no text.

Each function yields pieces of one stream. A text that cannot be encoded as UTF-8 raises ``UnicodeEncodeError``, a
number that is too large ``struct.error``, both before any byte of that row is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from struct import Struct
from typing import TypeVar

from specs.contracts.work import Row
from specs.names import mark
from workers.catalog.upsert.backend import Event, Stamp
from workers.catalog.upsert.words import lexemes

PIECE = 64
"""Rows in one piece of a stream."""
_BEGIN, _END = b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff"
_NULL = b"\xff\xff\xff\xff"
_length = Struct(">i").pack
_first = Struct(">hiq").pack
_bigint = Struct(">iq").pack
_integer = Struct(">ii").pack
_double = Struct(">id").pack
T = TypeVar("T")


class _Texts(dict[str, bytes]):
    """A cache of encoded texts that many rows share."""

    def __missing__(self, value: str) -> bytes:
        made = self[value] = text(value)
        return made


def text(value: str | None) -> bytes:
    """A value of the type ``text``, or NULL."""
    if value is None:
        return _NULL
    data = value.encode()
    return _length(len(data)) + data


def tsvector(value: str) -> bytes:
    """The words of a search text as a ``tsvector`` without positions."""
    words = lexemes(value)
    data = b"\0\0\0".join([*words, b""])
    return _length(4 + len(data)) + _length(len(words)) + data


def entities(rows: Sequence[tuple[int, Row]], stamp: Stamp) -> Iterator[bytes]:
    """The stream of ``insert_entities``; ``rows`` come with their ids."""
    known, service = _Texts(), text(stamp.service)
    behind = _integer(4, stamp.version) + text(stamp.run) + 2 * _double(8, stamp.now)

    def one(at: tuple[int, Row]) -> bytes:
        id_, row = at
        return b"".join((
            _first(15, 8, id_), known[row.type], text(row.fqn), known[row.parent], text(row.name), service,
            known[row.node], known[row.scope], _NULL if row.owner is None else _bigint(8, row.owner),
            _bigint(8, mark(row.type, row.fqn)), _length(len(row.hash)), row.hash, behind,
        ))  # fmt: skip

    return _stream(rows, one)


def contents(rows: Sequence[tuple[int, Row]]) -> Iterator[bytes]:
    """The stream of ``insert_contents``."""
    return _stream(rows, lambda at: _first(3, 8, at[0]) + text(at[1].content) + tsvector(at[1].search))


def stats(rows: Sequence[tuple[int, Row]]) -> Iterator[bytes]:
    """The stream of ``insert_stats``."""
    return _stream(rows, lambda at: _first(2, 8, at[0]) + text(at[1].stats))


def events(first: int, found: Sequence[Event], stamp: Stamp) -> Iterator[bytes]:
    """The stream of ``insert_events``, numbered from ``first`` on."""
    known, behind = _Texts(), text(stamp.run) + _double(8, stamp.now)

    def one(at: tuple[int, Event]) -> bytes:
        n, event = at
        return b"".join((
            _first(7, 8, n), known[event.type], text(event.fqn), known[event.kind], text(event.diff), behind
        ))  # fmt: skip

    return _stream(list(enumerate(found, first)), one)


def _stream(rows: Sequence[T], one: Callable[[T], bytes]) -> Iterator[bytes]:
    yield _BEGIN
    for at in range(0, len(rows), PIECE):
        yield b"".join(map(one, rows[at : at + PIECE]))
    yield _END


__all__ = ["contents", "entities", "events", "stats", "text", "tsvector"]
