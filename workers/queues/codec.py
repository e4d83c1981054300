"""Batches as bytes: compact JSON, zlib level 1, a checksum; anything that does not come back whole is refused."""

from __future__ import annotations

import json
import zlib
from typing import Any

from specs.topology.events import Coverage, Start
from specs.topology.node import Outcome
from specs.topology.scope import KeyRange, Scope
from specs.work import Batch, Counts, Receipt, Row, Verdict

MAGIC = b"HR1"
"""Format and version: another version is refused like any other bytes that are not ours."""
_CHECK = 4
_LEVEL = 1
MOST = 64_000_000
"""Bytes of JSON in one batch, at most: nothing unpacks into more memory than that."""


class Torn(ValueError):
    """These bytes are no batch."""


def encode(batch: Batch) -> bytes:
    """One batch: ``HR1``, four bytes of CRC-32 of what follows, zlib."""
    text = json.dumps(_fields(batch), separators=(",", ":"))  # plain ASCII: lone surrogates come back as they were
    packed = zlib.compress(text.encode("ascii"), _LEVEL)
    return MAGIC + zlib.crc32(packed).to_bytes(_CHECK, "big") + packed


def decode(data: bytes) -> Batch:
    """The batch that ``encode`` was given. Raises ``Torn``."""
    head = len(MAGIC) + _CHECK
    packed = data[head:]
    if data[: len(MAGIC)] != MAGIC or zlib.crc32(packed).to_bytes(_CHECK, "big") != data[len(MAGIC) : head]:
        raise Torn("not a batch of this version, or damaged")
    unpacker = zlib.decompressobj()
    try:
        text = unpacker.decompress(packed, MOST)
        if unpacker.unconsumed_tail or not unpacker.eof:
            raise Torn("larger than any batch")
        return _batch(json.loads(text))
    except (zlib.error, ValueError, TypeError, KeyError, IndexError) as error:
        raise Torn(f"not a batch: {type(error).__name__}") from None


def _fields(batch: Batch) -> list[Any]:
    receipt = batch.receipt
    return [
        batch.run,
        batch.unit,
        batch.fence,
        batch.seq,
        batch.cursor,
        [(*row[:7], row.hash.hex(), *row[8:]) for row in batch.rows],
        [_start(child) for child in batch.children],
        [((o.kind, o.type, o.fqn, o.key, o.reason, o.message), node, scope) for o, node, scope in batch.outcomes],
        [(type_, rule, n) for (type_, rule), n in batch.filtered.items()],
        [(t, c.listed, c.sent, c.filtered, c.failed, c.gone, c.spawned) for t, c in batch.counts.items()],
        [(c.node, c.scope.path, _span(c.range), c.error, c.reason) for c in batch.coverages],
        batch.seen,
        batch.verdicts,
        receipt and (receipt.complete, receipt.reason, receipt.batches, receipt.post, receipt.fingerprint),
        batch.statements,
        batch.peak_rss,
    ]


def _batch(fields: list[Any]) -> Batch:
    (run, unit, fence, seq, cursor, rows, children, outcomes, filtered, counts, coverages, seen, verdicts, receipt,
     statements, peak_rss) = fields  # fmt: skip
    return Batch(
        run,
        unit,
        fence,
        seq,
        tuple(cursor),
        [Row._make((*row[:7], bytes.fromhex(row[7]), *row[8:])) for row in rows],
        [Start(node, Scope(tuple(path)), item, _range(span), n) for node, path, item, span, n in children],
        [(Outcome(*outcome), node, scope) for outcome, node, scope in outcomes],
        {(type_, rule): n for type_, rule, n in filtered},
        {type_: Counts(*numbers) for type_, *numbers in counts},
        [Coverage(node, Scope(tuple(path)), _range(span), error, why) for node, path, span, error, why in coverages],
        seen,
        [Verdict(*verdict) for verdict in verdicts],
        None if receipt is None else Receipt(*receipt),
        statements,
        peak_rss,
    )


def _start(start: Start) -> tuple[Any, ...]:
    return start.node, start.scope.path, start.item, _span(start.range), start.estimate


def _span(span: KeyRange) -> tuple[Any, ...]:
    return span.after, span.until, span.only


def _range(span: list[Any]) -> KeyRange:
    after, until, only = span
    return KeyRange(after, until, None if only is None else tuple(only))
