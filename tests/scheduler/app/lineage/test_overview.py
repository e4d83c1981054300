"""The lineage of a service, database or schema: what lies within it, enters and leaves."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from scheduler.app.lineage.impact import impact
from scheduler.app.lineage.overview import LineageOverview, overview
from specs.contracts.work import Row
from specs.errors import UsageError
from tests.workers.catalog.crawls import row as table
from tests.workers.lineage.told import S, fqn, row
from tests.workers.lineage.told import lineage as told
from workers.lineage.hops import Direction

Fill = Callable[[Sequence[Row]], str]
ROWS = [
    table("shop", type_="Service"), table("shop.db", type_="Database"), table(S, type_="Schema"),
    table("shop.db.s2", type_="Schema"), table(fqn("a")), table(fqn("v")), table("shop.db.s2.w"),
    row(told("v", ["a", "shop.db.s2.b"], {"x": ["a.i"]}, unresolved=("gone",))),
    row(told("shop.db.s2.w", ["v"])), row(told("other.db.s.u", ["v", "a"])),
    row(told("other.db.s.t", ["other.db.s.u"])),
]  # fmt: skip


def asked(url: str, name: str, *directions: str) -> LineageOverview:
    found = overview(url, name, directions=directions or ("upstream", "downstream"))  # type: ignore[arg-type]
    assert found is not None
    return found


def test_edges_are_counted_by_schema(fill: Fill) -> None:
    url = fill(ROWS)
    assert [tuple(each) for each in asked(url, S).groups] == [
        (None, S, 1, "enters"), (S, "other.db.s", 2, "leaves"), (S, S, 1, "within"), (S, "shop.db.s2", 1, "leaves"),
        ("shop.db.s2", S, 1, "enters"),
    ]  # fmt: skip
    assert [(each.source, each.target, each.way) for each in asked(url, "shop").groups] == [
        (None, S, "enters"), (S, "other.db.s", "leaves"), (S, S, "within"), (S, "shop.db.s2", "within"),
        ("shop.db.s2", S, "within"),
    ]  # fmt: skip
    assert asked(url, "shop").as_json()["complete"]


def test_each_direction_alone(fill: Fill) -> None:
    url = fill(ROWS)
    assert {each.way for each in asked(url, S, "upstream").groups} == {"within", "enters"}
    assert {each.way for each in asked(url, S, "downstream").groups} == {"within", "leaves"}


@pytest.mark.parametrize("name", ["shop", "shop.db"])
@pytest.mark.parametrize("directions", [("upstream",), ("downstream",), ("upstream", "downstream")])
def test_edges_that_are_only_counted_are_as_many(fill: Fill, name: str, directions: tuple[Direction, ...]) -> None:
    url = fill([*ROWS, row(told("v", ["a"], teller="p", evidence="procedure"))])
    whole, counted = (overview(url, name, directions=directions, counts=each) for each in (False, True))
    assert whole is not None
    assert counted is not None
    assert (counted.groups, counted.objects) == (whole.groups, whole.objects)
    assert (counted.graph.links, counted.graph.complete) == ((), True)
    cut = overview(url, name, directions=directions, counts=True, steps=2)
    assert cut is not None
    assert sum(each.edges for each in cut.groups) <= 2
    assert not cut.graph.complete


def test_edges_of_a_schema_are_shown_where_others_are_counted(fill: Fill) -> None:
    url = fill(ROWS)
    assert overview(url, S, counts=True) == overview(url, S)


def test_objects_outside_are_marked_with_their_side_and_state(fill: Fill) -> None:
    nodes = {each.place.fqn: (each.depth, each.state) for each in asked(fill(ROWS), S).graph.nodes}
    assert nodes == {
        "gone": (-1, "unresolved"), fqn("a"): (0, "live"), fqn("v"): (0, "live"), "shop.db.s2.b": (-1, "external"),
        "shop.db.s2.w": (1, "live"), "other.db.s.u": (1, "external"),
    }  # fmt: skip


def test_a_name_that_begins_alike_is_another(fill: Fill) -> None:
    url = fill([*ROWS, row(told("shop.db.s-2.x", ["shop.db.s0.y"]))])
    assert {link.target.fqn for link in asked(url, S).graph.links} == {fqn("v"), "shop.db.s2.w", "other.db.s.u"}


def test_there_is_a_bound_and_nothing_for_a_table(fill: Fill) -> None:
    url = fill(ROWS)
    found = overview(url, "shop", steps=2)
    assert found is not None
    assert (len(found.graph.links), found.graph.complete) == (2, False)
    assert overview(url, fqn("v")) is None
    with pytest.raises(UsageError, match="nothing in the catalog"):
        overview(url, "shop.db.none")


def test_what_lies_outside_and_is_made_of_anything_within(fill: Fill) -> None:
    url = fill(ROWS)
    reached = ["other.db.s.u", "shop.db.s2.w", "other.db.s.t"]
    assert [each.place.fqn for each in impact(url, S).affected] == reached
    assert [each.place.fqn for each in impact(url, "shop").affected] == ["other.db.s.u", "other.db.s.t"]
