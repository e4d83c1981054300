"""What a change reaches: everything downstream, nearest first, with a shortest path and how sure it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from scheduler.app.lineage.impact import PATH, Affected, impact
from specs.contracts.work import Row
from specs.entities import Edge
from specs.errors import UsageError
from tests.workers.catalog.crawls import row as table
from tests.workers.lineage.told import S, fqn, row
from tests.workers.lineage.told import lineage as told

Fill = Callable[[Sequence[Row]], str]


def path(each: Affected) -> str:
    return " > ".join(
        "…" if step is None else ".".join(filter(None, (step.fqn.removeprefix(f"{S}."), step.column)))
        for step in each.path
    )


def test_everything_downstream_with_a_shortest_path(fill: Fill) -> None:
    url = fill([
        row(told("b", ["a"])), row(told("c", ["b", "a"])), row(told("d", ["c"])), row(told("a", ["d"])),
        row(told("x", ["y"])),
    ])  # fmt: skip
    found = impact(url, fqn("a"))
    assert [(path(each), each.depth) for each in found.affected] == [("a > b", 1), ("a > c", 1), ("a > c > d", 2)]
    assert found.complete
    assert not impact(url, fqn("a"), depth=1).complete


def test_a_column_by_its_name_behind_that_of_its_object(fill: Fill) -> None:
    url = fill([
        table(fqn("a"), columns=[{"name": "i"}, {"name": "j"}]), row(told("v", ["a"], {"x": ["a.i"], "y": ["a.j"]})),
        row(told("w", ["v"], {"z": ["v.x"]})),
    ])  # fmt: skip
    assert [path(each) for each in impact(url, f"{S}.a.i").affected] == ["a.i > v.x", "a.i > v.x > w.z"]
    assert [path(each) for each in impact(url, f"{S}.a.j").affected] == ["a.j > v.y"]
    with pytest.raises(UsageError, match="has no column 'k'"):
        impact(url, f"{S}.a.k")
    with pytest.raises(UsageError, match="nothing in the catalog"):
        impact(url, f"{S}.nobody.k")
    with pytest.raises(UsageError, match="quote not closed"):
        impact(url, 'shop."db')


def test_where_columns_are_not_known_the_whole_object_stands_for_them(fill: Fill) -> None:
    weak = Edge(source=fqn("v"), confidence=0.5)
    url = fill([
        row(told("v", ["a"], {"x": ["a.i"]})), row(told("w", [weak])), row(told("u", ["w"], {"k": ["w.n"]})),
    ])  # fmt: skip
    found = impact(url, f"{S}.a.i").affected
    assert [path(each) for each in found] == ["a.i > v.x", "a.i > v.x > w", "a.i > v.x > w > u"]
    assert [(each.certain, each.confidence) for each in found] == [(True, 1.0), (False, 0.5), (False, 0.5)]


def test_a_long_path_is_shown_by_its_end(fill: Fill) -> None:
    url = fill([row(told(f"t{n + 1:03}", [f"t{n:03}"])) for n in range(60)])
    last = impact(url, fqn("t000")).affected[-1]
    assert last.depth == 60
    assert path(last).startswith("… > ")
    assert path(last).endswith(" > t059 > t060")
    assert len(last.path) == PATH


def test_what_is_missing_or_elsewhere_says_so(fill: Fill) -> None:
    url = fill([table(fqn("a")), row(told("other.db.s.b", ["a"], teller="p", evidence="pipeline"))])
    [each] = impact(url, fqn("a")).affected
    assert (each.state, each.via) == ("external", fqn("p"))
    assert impact(url, "other.db.s.b").affected == ()
