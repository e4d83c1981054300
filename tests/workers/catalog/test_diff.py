"""Field-level differences: complete, by name, bounded."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from workers.catalog.upsert.diff import LEAF, PATHS, diff

NAMES = st.sampled_from(["id", "note", "a.b", 'q"', "é"])
LEAVES = st.one_of(st.integers(), st.floats(min_value=0.0, allow_nan=False), st.text(max_size=5), st.booleans())
ITEMS = st.lists(
    st.fixed_dictionaries({"name": NAMES}, optional={"type": LEAVES, "more": st.lists(LEAVES, max_size=2)}),
    max_size=4,
    unique_by=lambda item: item["name"],
)
CONTENTS = st.dictionaries(NAMES, st.one_of(LEAVES, ITEMS, st.dictionaries(NAMES, LEAVES, max_size=3)), max_size=4)


@given(CONTENTS)
def test_equal_contents_have_no_difference(content: dict[str, Any]) -> None:
    assert diff(content, json.loads(json.dumps(content))) == {}


@example({"id": {"id": 0}}, {"id": {"id": False}})
@example({"id": [{"name": "id", "more": [1]}]}, {"id": [{"name": "id", "more": [1.0]}]})
@example({"id": [{"name": "id", "more": [0]}]}, {"id": [{"name": "id", "more": [False]}]})
@given(CONTENTS, CONTENTS)
def test_different_contents_have_a_difference(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert bool(diff(old, new)) == (json.dumps(old, sort_keys=True) != json.dumps(new, sort_keys=True))


@given(CONTENTS, CONTENTS)
def test_the_way_back_is_the_way_there_turned_round(old: dict[str, Any], new: dict[str, Any]) -> None:
    there = diff(old, new)
    assert {path: [after, before] for path, (before, after) in there.items()} == diff(new, old)


def test_items_are_compared_by_name_wherever_they_stand() -> None:
    old = {"columns": [{"name": "a", "type": 1}, {"name": "b", "type": 2}]}
    new = {"columns": [{"name": "new", "type": 0}, {"name": "a", "type": 1}, {"name": "b", "type": 3}]}
    assert diff(old, new) == {"columns.b.type": [2, 3], "columns.new": [None, {"name": "new", "type": 0}]}


def test_another_order_of_the_same_names_is_told_in_one_line() -> None:
    old = {"columns": [{"name": "a"}, {"name": "b"}]}
    new = {"columns": [{"name": "b"}, {"name": "a"}]}
    assert diff(old, new) == {"columns": [["a", "b"], ["b", "a"]]}


def test_a_dot_in_a_name_is_quoted() -> None:
    assert diff({"columns": [{"name": "a.b", "t": 1}]}, {"columns": [{"name": "a.b", "t": 2}]}) == {
        'columns."a.b".t': [1, 2]
    }


def test_lists_without_names_are_compared_as_a_whole() -> None:
    assert diff({"tags": ["a"]}, {"tags": ["a", "b"]}) == {"tags": [["a"], ["a", "b"]]}


def test_size_is_bounded() -> None:
    old = {"columns": [{"name": f"c{n}", "note": "x"} for n in range(5000)]}
    long = "y" * 10_000
    new = {"columns": [{"name": f"c{n}", "note": long} for n in range(5000)]}
    found = diff(old, new)
    assert len(found) == PATHS + 1
    assert found["…"] == [None, f"and {5000 - PATHS} more"]
    assert len(json.dumps(found)) < (PATHS + 1) * (LEAF + 100)
