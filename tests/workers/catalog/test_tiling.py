"""Coverage of the key space, against a brute-force count of keys."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.topology.scope import KeyRange
from workers.catalog.deletion.tiling import Span, tiles

KEYS = "abcdefgh"
BOUND = st.one_of(st.none(), st.sampled_from(list(KEYS)))


@given(st.lists(st.tuples(BOUND, BOUND), max_size=6))
def test_tiles_exactly_when_no_key_is_left_out(spans: list[Span]) -> None:
    probes = ["", *[key + more for key in KEYS for more in ("", "0")]]  # between any two bounds, and beyond them
    missed = [key for key in probes if not any(key in KeyRange(*span) for span in spans)]
    assert tiles(spans) == (not missed)


@pytest.mark.parametrize(
    ("spans", "whole"),
    [
        ([], False),
        ([(None, None)], True),
        ([("b", None), (None, "b")], True),
        ([(None, "b"), ("c", None)], False),
        ([(None, "z")], False),
        ([("a", None)], False),
        ([(None, "c"), ("a", "b"), ("b", None)], True),
    ],
)
def test_examples(spans: list[Span], whole: bool) -> None:
    assert tiles(spans) is whole
