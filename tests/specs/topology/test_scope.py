"""Scopes and key ranges: immutable, half open, ordered by bytes."""

import pickle
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from specs.topology.scope import EVERYTHING, KeyRange, Scope

keys = st.text(alphabet="abéß😀.", max_size=3)
maybe = st.none() | keys


def test_a_scope_is_a_path() -> None:
    scope = Scope.of("shop", "db").child("we.ird")
    assert scope.fqn == 'shop.db."we.ird"'
    assert (scope.service, scope.name, scope.parent_fqn) == ("shop", "we.ird", "shop.db")
    assert (Scope.of("a.b").fqn, Scope.of("a.b").parent_fqn) == ('"a.b"', "")
    assert pickle.loads(pickle.dumps(scope)) == scope


@given(st.lists(keys), st.lists(keys, unique=True))
def test_ranges_tile_the_key_space(names: list[str], cuts: list[str]) -> None:
    ends = [None, *sorted(cuts), None]
    spans = [KeyRange(after, until) for after, until in pairwise(ends)]
    for name in names:
        assert sum(name in span for span in spans) == 1


@given(maybe, maybe, maybe, keys)
def test_resuming_drops_exactly_what_is_behind(after: str | None, until: str | None, at: str | None, key: str) -> None:
    span = KeyRange(after, until)
    assert (key in span.resume(at)) == (key in span and (at is None or key > at))


@given(keys, keys)
def test_a_single_key_is_alone_in_its_range(key: str, other: str) -> None:
    span = KeyRange.single(key)
    assert key in span
    assert (other in span) == (other == key)
    assert not span.whole


def test_everything_is_whole() -> None:
    assert EVERYTHING.whole
    assert "" in EVERYTHING
    assert "￿" in EVERYTHING
