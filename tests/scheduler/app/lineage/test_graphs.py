"""What feeds an object or a column, and what it feeds: both ways, through cycles, within bounds."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from scheduler.app.lineage.graph import LineageGraph, lineage
from scheduler.app.lineage.walk import DEEP, LineageWalk
from specs.contracts.work import Row
from specs.entities import Edge
from specs.errors import UsageError
from tests.statements_sent import sent
from tests.workers.catalog.crawls import row as table
from tests.workers.catalog.crawls import store
from tests.workers.lineage.told import S, fqn, row
from tests.workers.lineage.told import lineage as told
from workers.lineage.hops import FlowPlace, reading
from workers.store.database import open_database

Fill = Callable[[Sequence[Row]], str]


def nodes(graph: LineageGraph) -> dict[str, int]:
    """Names within ``S`` with their depth; a column stands behind the name."""
    return {name(node.place): node.depth for node in graph.nodes}


def name(place: FlowPlace) -> str:
    return place.fqn.removeprefix(f"{S}.") + (f".{place.column}" if place.column else "")


def test_both_ways_within_a_depth(fill: Fill) -> None:
    url = fill([row(told(f"t{n + 1}", [f"t{n}"])) for n in range(8)])
    found = lineage(url, fqn("t4"), depth=2)
    assert nodes(found) == {"t4": 0, "t3": -1, "t2": -2, "t5": 1, "t6": 2}
    assert [(name(link.source), name(link.target)) for link in found.links] == [
        ("t2", "t3"), ("t3", "t4"), ("t4", "t5"), ("t5", "t6"),
    ]  # fmt: skip
    assert (found.further, found.complete) == (2, True)
    assert nodes(lineage(url, fqn("t4"), directions=("upstream",))) == {f"t{n}": n - 4 for n in range(5)}
    assert lineage(url, fqn("t4")).further == 0


def test_cycles_end(fill: Fill) -> None:
    url = fill([row(told("a", ["c", "a"])), row(told("b", ["a"])), row(told("c", ["b"]))])
    found = lineage(url, fqn("a"), directions=("downstream",))
    assert nodes(found) == {"a": 0, "b": 1, "c": 2}
    assert len(found.links) == 4


def test_one_column_is_followed_alone(fill: Fill) -> None:
    url = fill([
        row(told("v", ["a", "b"], {"x": ["a.i"], "y": ["b.j"]})), row(told("w", ["v"], {"z": ["v.x"], "k": ["v.y"]}))
    ])  # fmt: skip
    assert nodes(lineage(url, fqn("w"), column="z")) == {"w.z": 0, "v.x": -1, "a.i": -2}
    found = lineage(url, fqn("a"), column="i", directions=("downstream",))
    assert nodes(found) == {"a.i": 0, "v.x": 1, "w.z": 2}
    assert [link.columns for link in found.links] == [(("x", "i", "identity"),), (("z", "x", "identity"),)]
    assert lineage(url, fqn("b"), column="i", directions=("downstream",)).links == ()


def test_columns_of_edges_come_when_they_are_asked_for(fill: Fill) -> None:
    url = fill([row(told("v", ["a", "b"], {"x": ["a.i", "b.j"]}))])
    assert [link.columns for link in lineage(url, fqn("v")).links] == [(), ()]
    found = lineage(url, fqn("v"), columns=True)
    assert [link.columns for link in found.links] == [(("x", "i", "identity"),), (("x", "j", "identity"),)]


def test_what_the_catalog_lacks_is_told_from_what_it_has(fill: Fill) -> None:
    url = fill([table(fqn("a")), table(fqn("v")), row(told("v", ["a", "other.db.s.b"], unresolved=("gone",)))])
    states = {name(node.place): node.state for node in lineage(url, fqn("v")).nodes}
    assert states == {"v": "live", "a": "live", "other.db.s.b": "external", "gone": "unresolved"}
    assert nodes(lineage(url, "gone")) == {"gone": 0, "v": 1}
    assert nodes(lineage(url, "other.db.s.b")) == {"other.db.s.b": 0, "v": 1}


def test_what_tells_of_flows_between_others_is_between_them(fill: Fill) -> None:
    url = fill([row(told("t", ["a"], teller="p", target_type="StoredProcedure", evidence="procedure"))])
    found = lineage(url, fqn("p"))
    assert nodes(found) == {"p": 0, "a": -1, "t": 1}
    assert {link.via for link in found.links} == {()}
    [link] = lineage(url, fqn("t")).links
    assert (link.via, link.evidence) == ((fqn("p"),), ("procedure",))


def test_several_tellers_of_one_edge_are_one_link(fill: Fill) -> None:
    weak = Edge(source=fqn("a"), proven=None, confidence=0.5)
    sure = Edge(source=fqn("a"), proven=True)
    url = fill([
        row(told("t", [weak], teller="p", evidence="procedure")),
        row(told("t", [sure], teller="q", evidence="trigger")),
    ])  # fmt: skip
    [link] = lineage(url, fqn("t")).links
    assert (link.evidence, link.via) == (("procedure", "trigger"), (fqn("p"), fqn("q")))
    assert (link.proven, link.confidence) == (True, 1.0)


def test_an_object_without_lineage_has_none_and_an_unknown_one_is_refused(fill: Fill) -> None:
    url = fill([table(fqn("orders"), columns=[{"name": "id"}])])
    found = lineage(url, fqn("orders"))
    assert (nodes(found), found.links) == ({"orders": 0}, ())
    with pytest.raises(UsageError, match=rf"did you mean {fqn('orders')}\?"):
        lineage(url, "shop.orders")
    with pytest.raises(UsageError, match="has no column 'idd'"):
        lineage(url, fqn("orders"), column="idd")


def test_what_is_too_much_is_left_out_and_said_to_be(fill: Fill) -> None:
    url = fill([row(told(f"t{n + 1:03}", [f"t{n:03}"])) for n in range(100)])
    found = lineage(url, fqn("t000"), steps=30)
    assert (len(found.links), found.complete) == (30, False)
    wide = lineage(fill([row(told(f"w{n:03}", ["hub"])) for n in range(60)]), fqn("hub"), steps=20)
    assert (len(wide.links), wide.complete) == (20, False)


@pytest.mark.parametrize("shape", ["chain", "mesh", "columns"])
def test_statements_follow_from_the_levels_not_from_the_edges(shape: str, url: str) -> None:
    if shape == "chain":
        rows = [row(told(f"t{n + 1:04}", [f"t{n:04}"])) for n in range(3000)]
    else:
        above = [["L0"], *([f"v{level}_{n}" for n in range(20)] for level in range(9))]
        rows = [
            row(told(f"v{level}_{n}", of, {"x": [f"{of[0]}.x"]} if shape == "columns" else {}))
            for level, of in enumerate(above)
            for n in range(20)
        ]
    start = FlowPlace("Table", fqn("t0000" if shape == "chain" else "L0"), "x" if shape == "columns" else "")
    with open_database(url) as db:
        store(db, "r1", rows)
        asked = sent(db)
        with reading(db) as edges:
            asked.clear()
            walked = LineageWalk(edges, "downstream").run([start])
    assert len(walked.found) == (3001 if shape == "chain" else 201)
    assert len(asked) <= (DEEP + 2 if shape == "chain" else 12)
