"""Batches as bytes, zlib level 1, a checksum; anything that does not come back whole is refused.

What a batch says about itself is JSON. Its rows travel by column, their texts in one piece behind all lengths: JSON
would look at every character of every content, twice.
"""

from __future__ import annotations

import dataclasses
import json
import zlib
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any

from specs.contracts.work import Batch, Counts, Receipt, Row, Verdict
from specs.topology.events import METADATA, Coverage, Start
from specs.topology.node import Outcome
from specs.topology.scope import KeyRange, Scope

MAGIC = b"HR3"
"""Format and version: another version is refused like any other bytes that are not ours."""
_CHECK = 4
_HEAD = 4
_LEVEL = 1
_HASH = 16
_REPEATED, _TEXTS = (0, 2, 4, 5), (1, 3, 8, 9, 10)
"""Columns of ``Row``: with few different values, and with texts of their own. Owner and hash are the other two."""
MOST = 64_000_000
"""Bytes of JSON in one batch, at most: nothing unpacks into more memory than that."""


class Torn(ValueError):
    """These bytes are no batch."""


def encode(batch: Batch) -> bytes:
    """One batch: ``HR3``, four bytes of CRC-32 of what follows, zlib of: the length of the JSON in four bytes, the
    JSON, 16 bytes of hash for each row, the texts."""
    columns = list(zip(*batch.rows, strict=True)) or [()] * len(Row._fields)
    texts = [text for at in _TEXTS for text in columns[at]]
    # plain ASCII: lone surrogates come back as they were
    head = json.dumps([*_fields(batch), _row_fields(columns)], separators=(",", ":")).encode("ascii")
    parts = [len(head).to_bytes(_HEAD, "big"), head, *columns[7]]
    parts.append("".join([text for text in texts if text is not None]).encode("utf-8", "surrogatepass"))
    packed = zlib.compress(b"".join(parts), _LEVEL)
    return MAGIC + zlib.crc32(packed).to_bytes(_CHECK, "big") + packed


def decode(data: bytes) -> Batch:
    """The batch that ``encode`` was given. Raises ``Torn``."""
    start = len(MAGIC) + _CHECK
    packed = data[start:]
    if data[: len(MAGIC)] != MAGIC or zlib.crc32(packed).to_bytes(_CHECK, "big") != data[len(MAGIC) : start]:
        raise Torn("not a batch of this version, or damaged")
    unpacker = zlib.decompressobj()
    try:
        plain = unpacker.decompress(packed, MOST)
        if unpacker.unconsumed_tail or not unpacker.eof:
            raise Torn("larger than any batch")
        head = _HEAD + int.from_bytes(plain[:_HEAD], "big")
        *fields, rows = json.loads(plain[_HEAD:head])
        return _batch(fields, _rows(rows, plain, head))
    except (zlib.error, ValueError, TypeError, KeyError, IndexError) as error:
        raise Torn(f"not a batch: {type(error).__name__}") from None


def _row_fields(columns: Sequence[Sequence[Any]]) -> list[Any]:
    """The number of rows, the repeated values and where they stand, the owners, the lengths of texts (-1: none)."""
    if any(len(each) != _HASH for each in columns[7]):
        raise ValueError(f"a hash has {_HASH} bytes")
    repeated = []
    for at in _REPEATED:
        known = {value: n for n, value in enumerate(dict.fromkeys(columns[at]))}
        repeated.append([list(known), [known[value] for value in columns[at]]])
    lengths = [[-1 if text is None else len(text) for text in columns[at]] for at in _TEXTS]
    return [len(columns[0]), repeated, columns[6], lengths]


def _rows(fields: list[Any], plain: bytes, at: int) -> list[Row]:
    count, repeated, owners, lengths = fields
    hashes = [plain[n : n + _HASH] for n in range(at, at + count * _HASH, _HASH)]
    type_, parent, node, scope = ([values[n] for n in places] for values, places in repeated)
    text = plain[at + count * _HASH :].decode("utf-8", "surrogatepass")
    fqn, name, search, content, stats = _texts(text, lengths, count)
    made = zip(type_, fqn, parent, name, node, scope, owners, hashes, search, content, stats, strict=True)
    return list(map(Row._make, made))


def _texts(text: str, lengths: list[list[int]], count: int) -> Iterator[list[Any]]:
    """The columns that ``text`` holds, one behind the other."""
    flat = [n for column in lengths for n in column]
    ends = list(accumulate([n if n >= 0 else 0 for n in flat]))
    if (ends[-1] if ends else 0) != len(text):
        raise ValueError("the texts are not as long as announced")
    cells = [None if n < 0 else text[end - n : end] for n, end in zip(flat, ends, strict=True)]
    for column in range(len(lengths)):
        yield cells[column * count : (column + 1) * count]


def _fields(batch: Batch) -> list[Any]:
    receipt = batch.receipt
    return [
        batch.run,
        batch.unit,
        batch.fence,
        batch.seq,
        batch.cursor,
        [_start(child) for child in batch.children],
        [((o.kind, o.type, o.fqn, o.key, o.reason, o.message), node, scope) for o, node, scope in batch.outcomes],
        [(type_, rule, n) for (type_, rule), n in batch.filtered.items()],
        [(t, c.listed, c.sent, c.filtered, c.failed, c.gone, c.spawned) for t, c in batch.counts.items()],
        [(c.node, c.scope.path, _span(c.range), c.error, c.reason) for c in batch.coverages],
        batch.seen,
        batch.verdicts,
        receipt and dataclasses.astuple(receipt),
        batch.statements,
        batch.peak_rss,
        batch.stale,
    ]


def _batch(fields: list[Any], rows: list[Row]) -> Batch:
    (run, unit, fence, seq, cursor, children, outcomes, filtered, counts, coverages, seen, verdicts, receipt,
     statements, peak_rss, stale) = fields  # fmt: skip
    return Batch(
        run,
        unit,
        fence,
        seq,
        tuple(cursor),
        rows,
        [_child(*child) for child in children],
        [(Outcome(*outcome), node, scope) for outcome, node, scope in outcomes],
        {(type_, rule): n for type_, rule, n in filtered},
        {type_: Counts(*numbers) for type_, *numbers in counts},
        [Coverage(node, Scope(tuple(path)), _range(span), error, why) for node, path, span, error, why in coverages],
        seen,
        [Verdict(*verdict) for verdict in verdicts],
        None if receipt is None else Receipt(*receipt),
        statements,
        peak_rss,
        stale,
    )


def _start(start: Start) -> tuple[Any, ...]:
    """Without its part where that is metadata, as before there were others."""
    part = () if start.part == METADATA else (start.part,)
    return (start.node, start.scope.path, start.item, _span(start.range), start.estimate, *part)


def _child(node: str, path: list[str], item: list[Any] | None, span: list[Any], n: int | None, *part: str) -> Start:
    return Start(node, Scope(tuple(path)), item, _range(span), n, *part)


def _span(span: KeyRange) -> tuple[Any, ...]:
    return span.after, span.until, span.only


def _range(span: list[Any]) -> KeyRange:
    after, until, only = span
    return KeyRange(after, until, None if only is None else tuple(only))
