"""Batches on the wire: everything comes back as it was, and nothing that is damaged comes back at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.contracts.work import Counts, Verdict
from specs.testing.queue import batch
from specs.topology.events import Coverage, Start
from specs.topology.node import Outcome
from specs.topology.scope import KeyRange, Scope
from workers.queues.codec import Torn, decode, encode


def full(text: str) -> object:
    made = batch(3, rows=2, last=True)
    made.cursor = ("schema", text, "table", None, 3)
    made.rows[0] = made.rows[0]._replace(fqn=text, owner=None, stats="{}")
    scope = Scope.of("shop", text)
    made.children = [
        Start("table", scope, range=KeyRange("a", text), estimate=7),
        Start("schema", scope, [text, text, {"deep": [1, None, True]}, None]),
        Start("table", scope, range=KeyRange(None, None, ("a", text))),
        Start("schema", scope, [text, text, {}, None], part="usage"),
    ]
    made.outcomes = [(Outcome("failed", "Table", text, text, "lock", text), "table", text)]
    made.filtered = {("Table", text): 3}
    made.counts = {"Table": Counts(9, 2, 3, 1, 1, 2)}
    made.coverages = [Coverage("table", scope, KeyRange(text, None), text, "denied"), Coverage("table", scope)]
    made.seen = [-(2**63), 2**63 - 1, 0]
    made.verdicts = [Verdict("Table", text, "no")]
    made.fence, made.statements, made.peak_rss = 2**63 - 1, 12, 2**40
    return made


@given(st.text(st.characters(codec=None, exclude_categories=())))
def test_everything_comes_back_as_it_was(text: str) -> None:
    made = full(text)
    assert decode(encode(made)) == made  # type: ignore[arg-type]


@given(st.integers(min_value=0), st.integers(1, 255))
def test_a_damaged_byte_is_noticed(at: int, flip: int) -> None:
    data = bytearray(encode(batch(1)))
    data[at % len(data)] ^= flip
    with pytest.raises(Torn):
        decode(bytes(data))


@given(st.integers(min_value=0))
def test_a_piece_is_noticed(length: int) -> None:
    data = encode(batch(1))
    with pytest.raises(Torn):
        decode(data[: length % len(data)])


@given(st.binary(max_size=200))
def test_other_bytes_are_noticed(data: bytes) -> None:
    with pytest.raises(Torn):
        decode(data)
