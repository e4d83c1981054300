"""Edges follow the entities that tell of them: stored, changed, missing, deleted, brought back, removed."""

from __future__ import annotations

import pytest

from scheduler.app.catalog.retention import forget, gc
from specs.entities import ColumnFlow, ColumnSource, Edge, Flow, Lineage
from tests.statements_sent import sent
from tests.workers.catalog.crawls import Crawl, store
from tests.workers.catalog.crawls import row as table
from tests.workers.lineage.told import S, fqn, lineage, row
from workers.catalog import Catalog
from workers.lineage.hops import ColumnStep, Direction, FlowPlace, reading
from workers.store.database import SqlDatabase

LISTING = [("lineage", S), ("table", S)]


def ends(db: SqlDatabase, name: str, direction: Direction = "upstream", column: str = "") -> list[str]:
    """Where one step leads, by name within ``S``; a column stands behind the name."""
    with reading(db) as edges:
        hops = list(edges.hops([FlowPlace("Table", fqn(name), column)], direction, 100))
    return sorted(f"{hop.end.fqn.removeprefix(f'{S}.')}{'.' if hop.end.column else ''}{hop.end.column}" for hop in hops)


def counts(db: SqlDatabase) -> list[int]:
    with db.read() as conn:
        return [
            conn.exec_driver_sql(f"SELECT count(*) FROM {each}").scalar_one()
            for each in ("lineage_edges", "lineage_columns")
        ]


def test_edges_lead_both_ways_by_object_and_by_column(db: SqlDatabase) -> None:
    store(db, "r1", [row(lineage("v", ["a", "b"], {"x": ["a.i", "b.j"], "y": ["a.i"]}))])
    assert ends(db, "v") == ["a", "b"]
    assert ends(db, "a", "downstream") == ["v"]
    assert ends(db, "v", column="x") == ["a.i", "b.j"]
    assert ends(db, "v", column="z") == []
    assert ends(db, "a", "downstream", "i") == ["v.x", "v.y"]
    assert ends(db, "b", "downstream", "i") == []


def test_an_edge_says_what_is_known_of_it(db: SqlDatabase) -> None:
    told = lineage(
        "v",
        [Edge(source=fqn("a"), proven=False, confidence=0.5)],
        teller="p",
        evidence="procedure",
        unresolved=("gone",),
    )
    store(db, "r1", [row(told), table(fqn("a"))])
    with reading(db) as edges:
        found = {hop.end: hop for hop in edges.hops([FlowPlace("Table", fqn("v"))], "upstream", 100)}
        states = edges.states(found)
    known, lost = found[FlowPlace("Table", fqn("a"))], found[FlowPlace("", "gone")]
    assert (known.evidence, known.proven, known.confidence, known.via) == ("procedure", False, 0.5, fqn("p"))
    assert (known.state, known.by_column) == ("live", False)
    assert lost.proven is None
    assert states == {("Table", fqn("a")): "live"}
    with reading(db) as edges:
        assert edges.types("gone") == [""]
        assert edges.types(fqn("v")) == ["Table"]
        assert edges.types(fqn("p")) == []


def test_what_names_only_columns_makes_an_edge_too(db: SqlDatabase) -> None:
    of = ColumnSource(source=fqn("a"), column="i", transformation="aggregate")
    where = ColumnSource(source=fqn("b"), column="j")
    flow = Flow(target=fqn("v"), columns=(ColumnFlow(column="x", sources=(of, of)),), filters=(where,))
    store(db, "r1", [row(Lineage(fqn=fqn("v"), name="v", parent=S, flows=(flow,)))])
    assert ends(db, "v", column="x") == ["a.i", "b.j"]
    assert ends(db, "b", "downstream", "j") == ["v"]  # it decides which rows there are
    with reading(db) as edges:
        hops = list(edges.hops([FlowPlace("Table", fqn("v"))], "upstream", 100))
        columns = list(edges.columns([hop.edge for hop in hops], 10))
    assert [each[1:] for each in columns] == [("x", "i", "aggregate"), ("", "j", "filter")]
    assert isinstance(columns[0], ColumnStep)


def test_columns_that_are_not_known_lead_to_the_whole_object(db: SqlDatabase) -> None:
    store(db, "r1", [row(lineage("v", ["a"]))])
    assert ends(db, "v", column="x") == ["a"]
    assert ends(db, "a", "downstream", "i") == ["v"]


def test_a_changed_entity_has_its_edges_replaced(db: SqlDatabase) -> None:
    store(db, "r1", [row(lineage("v", ["a", "b"], {"x": ["a.i"]})), row(lineage("w", ["v"]))])
    store(db, "r2", [row(lineage("v", ["b", "c"], {"x": ["c.i"]}))])
    assert ends(db, "v") == ["b", "c"]
    assert ends(db, "a", "downstream") == []
    assert ends(db, "v", column="x") == ["c.i"]
    assert counts(db) == [3, 1]


def test_a_crawl_without_lineage_sends_no_statement_more(db: SqlDatabase) -> None:
    asked = sent(db)
    store(db, "r1", [table(fqn("a")), table(fqn("b"))])
    store(db, "r2", [table(fqn("a"), comment="changed")])
    assert not [each for each in asked if "lineage" in each]


def test_a_refused_row_leaves_the_edges_of_the_others(db: SqlDatabase) -> None:
    rows = [row(lineage(f"v{n}", ["a"])) for n in range(8)]
    rows.insert(4, rows[0]._replace(fqn=fqn("bad"), stats="\ud800"))
    stored = store(db, "r1", rows)
    assert [each.fqn for each, _ in stored.refused] == [fqn("bad")]
    assert ends(db, "a", "downstream") == [f"v{n}" for n in range(8)]
    assert counts(db) == [8, 0]


def test_edges_stay_while_what_tells_of_them_is_missing_and_go_when_it_is_deleted(db: SqlDatabase) -> None:
    crawl = Crawl(db)
    told, whole = row(lineage("v", ["a"])), [table(fqn("a")), table(fqn("v"))]
    crawl.run([told, *whole], LISTING)
    crawl.run(whole, LISTING, gone=[fqn("v")])
    with reading(db) as edges:
        [hop] = edges.hops([FlowPlace("Table", fqn("a"))], "downstream", 100)
    assert hop.state == "missing"
    run = crawl.run(whole, LISTING, gone=[fqn("v")])
    assert Catalog(db).deleted(run.id) == {"Lineage": 1}
    assert ends(db, "a", "downstream") == []
    Catalog(db).undelete(fqn("v"), "Lineage")
    assert ends(db, "a", "downstream") == ["v"]


def test_deletions_above_the_cap_wait_with_their_edges(db: SqlDatabase) -> None:
    crawl = Crawl(db)
    crawl.run([row(lineage("v", ["a"])), row(lineage("w", ["a"]))], LISTING)
    run = crawl.run([], LISTING, gone=[fqn("v"), fqn("w")], max_objects=0)
    assert Catalog(db).waiting(run.id) == {"Lineage": 2}
    Catalog(db).approve(run.id)
    assert ends(db, "a", "downstream") == ["v", "w"]  # they are missing
    crawl.run([], LISTING, gone=[fqn("v"), fqn("w")], max_objects=0)
    assert ends(db, "a", "downstream") == []


@pytest.mark.parametrize("way", ["gc", "forget"])
def test_edges_are_removed_with_what_tells_of_them(db: SqlDatabase, way: str) -> None:
    crawl = Crawl(db)
    crawl.run([row(lineage("v", ["a"], {"x": ["a.i"]})), row(lineage("w", ["a"]))], LISTING)
    assert counts(db) == [2, 1]
    if way == "forget":
        forget(db, "shop")
        assert counts(db) == [0, 0]
        return
    for _ in range(2):
        crawl.run([row(lineage("w", ["a"]))], LISTING, gone=[fqn("v")])
    assert counts(db) == [2, 1]
    gc(db, days=0.0, keep_runs=20)
    assert counts(db) == [1, 0]


def test_long_names_of_columns_are_stored(db: SqlDatabase) -> None:
    name = "".join(chr(33 + n * 7919 % 90) for n in range(20_000))
    told = row(lineage("v", ["a"], {name: ["a.i"]}))
    assert store(db, "r1", [told]).refused == []
    assert ends(db, "v", column=name) == ["a.i"]


def test_what_is_reached_in_any_number_of_steps_comes_in_one_statement(db: SqlDatabase) -> None:
    chain = [row(lineage(f"t{n + 1}", [f"t{n}"])) for n in range(50)]
    store(db, "r1", [*chain, row(lineage("t0", ["t50"]))])
    with reading(db) as edges:
        hops = list(edges.reach([FlowPlace("Table", fqn("t7"))], "downstream", 1000))
        assert len(hops) == 51
        assert len(list(edges.reach([FlowPlace("Table", fqn("t7"))], "upstream", 20))) == 20


def test_an_object_comes_before_what_tells_of_it(db: SqlDatabase) -> None:
    store(db, "r1", [row(lineage("v", ["a"])), table(fqn("v")), table(f"{fqn('v')}", "Trigger", owner=fqn("t"))])
    assert [each.type for each in Catalog(db).find(fqn("v"))] == ["Table", "Trigger", "Lineage"]
    found = Catalog(db).get(fqn("v"))
    assert found is not None
    assert found.type == "Table"
