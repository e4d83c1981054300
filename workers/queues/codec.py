"""Batches as bytes: zlib level 1 with a checksum; bytes that are damaged or incomplete are refused.

The fields of a batch are JSON. Its rows are stored by column, and their texts in one piece behind the list of their
lengths, because JSON would scan every character of every content when writing and again when reading.
"""

from __future__ import annotations

import dataclasses
import json
import zlib
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any

from specs.contracts.work import Batch, Counts, Receipt, Row, Verdict
from specs.service_spec import METADATA
from specs.topology.events import Coverage, Start
from specs.topology.node import Outcome
from specs.topology.scope import KeyRange, Scope

MAGIC = b"HR3"
"""Format and version of the bytes; those of another version are refused like damaged ones."""
_CHECK = 4
_HEAD = 4
_LEVEL = 1
_HASH = 16
_REPEATED, _TEXTS = (0, 2, 4, 5), (1, 3, 8, 9, 10)
"""Indexes of the columns of ``Row`` that hold few different values, and of those that hold texts of their own. The
other two columns are the owner (6) and the hash (7)."""
UNPACKED_BYTES = 64_000_000
"""Most bytes into which one batch may unpack: damaged or foreign bytes must not fill the memory."""


class Torn(ValueError):
    """The bytes are no batch of this version, or a damaged one."""


def encode(batch: Batch) -> bytes:
    """The bytes of one batch: ``HR3``, four bytes of CRC-32 of the rest, and the rest, which is zlib of: the length of
    the JSON in four bytes, the JSON, 16 bytes of hash for each row, the texts in UTF-8.

    Raises ``ValueError`` when a row's hash does not have 16 bytes.
    """
    columns = list(zip(*batch.rows, strict=True)) or [()] * len(Row._fields)
    texts = [text for at in _TEXTS for text in columns[at]]
    # escaped to ASCII, so that lone surrogates survive
    head = json.dumps([*_fields(batch), _row_fields(columns)], separators=(",", ":")).encode("ascii")
    parts = [len(head).to_bytes(_HEAD, "big"), head, *columns[7]]
    parts.append("".join([text for text in texts if text is not None]).encode("utf-8", "surrogatepass"))
    packed = zlib.compress(b"".join(parts), _LEVEL)
    return MAGIC + zlib.crc32(packed).to_bytes(_CHECK, "big") + packed


def decode(data: bytes) -> Batch:
    """The batch that was given to ``encode``. Raises ``Torn`` when the bytes are damaged, of another version, or would
    unpack into more than ``UNPACKED_BYTES``."""
    start = len(MAGIC) + _CHECK
    packed = data[start:]
    if data[: len(MAGIC)] != MAGIC or zlib.crc32(packed).to_bytes(_CHECK, "big") != data[len(MAGIC) : start]:
        raise Torn("not a batch of this version, or damaged")
    unpacker = zlib.decompressobj()
    try:
        plain = unpacker.decompress(packed, UNPACKED_BYTES)
        if unpacker.unconsumed_tail or not unpacker.eof:
            raise Torn("larger than any batch")
        head = _HEAD + int.from_bytes(plain[:_HEAD], "big")
        *fields, rows = json.loads(plain[_HEAD:head])
        return _batch(fields, _rows(rows, plain, head))
    except (zlib.error, ValueError, TypeError, KeyError, IndexError) as error:
        raise Torn(f"not a batch: {type(error).__name__}") from None


def _row_fields(columns: Sequence[Sequence[Any]]) -> list[Any]:
    """``[number of rows, repeated columns, owners, lengths of texts]``. A repeated column is ``[its distinct values,
    the index into them for each row]``; the length of a missing text is -1."""
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
    """Yields the text columns: ``text`` holds all cells of the first column, then all of the second, and so on."""
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
    """The fields of a start. The part is left out when it is metadata, as in batches that were written before there
    were other parts."""
    part = () if start.part == METADATA else (start.part,)
    return (start.node, start.scope.path, start.item, _span(start.range), start.estimate, *part)


def _child(node: str, path: list[str], item: list[Any] | None, span: list[Any], n: int | None, *part: str) -> Start:
    return Start(node, Scope(tuple(path)), item, _range(span), n, *part)


def _span(span: KeyRange) -> tuple[Any, ...]:
    return span.after, span.until, span.only


def _range(span: list[Any]) -> KeyRange:
    after, until, only = span
    return KeyRange(after, until, None if only is None else tuple(only))
