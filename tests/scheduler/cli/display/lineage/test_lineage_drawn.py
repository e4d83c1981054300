"""Lineage as a tree, as diagrams and as events of OpenLineage."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from scheduler.app.lineage.graph import LineageGraph, lineage
from scheduler.app.lineage.impact import impact
from scheduler.cli.display.lineage import diagrams, openlineage, tree
from scheduler.cli.display.lineage.impact import told as told_impact
from scheduler.cli.display.tables import measure
from specs.entities import Edge
from tests.servers.openlineage import mistakes
from tests.workers.catalog.crawls import row as table
from tests.workers.catalog.crawls import store
from tests.workers.lineage.told import S, fqn, row
from tests.workers.lineage.told import lineage as told
from workers.store.database import open_database

AT = datetime(2026, 1, 31, tzinfo=UTC)


@pytest.fixture
def url(tmp_path: Path) -> str:
    """a and gone -> v -> w -> v; p fills t from w, which nobody has proven."""
    rows = [
        row(told("v", ["a", "w"], {"x": ["a.i", "a.j"]}, unresolved=("gone",))),
        row(told("w", ["v"], {"y": ["v.x"]})),
        row(
            told(
                "t",
                [Edge(source=fqn("w"), proven=False, confidence=0.5)],
                teller="p",
                target_type="StoredProcedure",
                evidence="procedure",
            )
        ),
        *(table(fqn(name)) for name in "vwt"),
    ]
    found = f"sqlite:///{tmp_path / 'catalog.db'}"
    with open_database(found) as db:
        store(db, "r1", rows)
    return found


def lines(graph: LineageGraph, **options: Any) -> list[str]:
    return [line.replace(f"{S}.", "") for line in tree.drawn(graph, **options)]


def test_a_tree_draws_each_object_once_and_says_how_an_edge_is_known(url: str) -> None:
    assert lines(lineage(url, fqn("v"), depth=3)) == [
        "v  [Table]",
        "fed by",
        "├── gone (unresolved)",
        "├── a  [Table] (external)",
        "└── w  [Table]",
        "    └── v  [Table] (above)",
        "feeds",
        "└── w  [Table]",
        "    ├── t  [Table] — by p, not proven, confidence 0.5",
        "    └── v  [Table] (above)",
    ]


def test_a_tree_may_have_columns_and_says_when_there_is_more(url: str) -> None:
    found = lineage(url, fqn("w"), depth=1, columns=True, directions=("upstream",))
    assert lines(found, columns=True) == [
        "w  [Table]", "fed by", "└── v  [Table]", "      y <- x", "1 of these lead on: see --depth",
    ]  # fmt: skip
    found = lineage(url, fqn("a"), columns=True, directions=("downstream",), steps=1)
    assert lines(found)[-1].startswith("there is more than one answer holds")
    assert lines(lineage(url, fqn("t"), directions=("downstream",)))[-1] == "feeds nothing that is known"


def test_a_tree_fits_the_terminal(tmp_path: Path) -> None:
    long = f"{S}.{'long name ' * 9}"
    deep = [
        row(told(f"{long}{n}", [f"{long}{n - 1}"], {"total": [f"{long}{n - 1}.{'c' * 200}"]})) for n in range(1, 12)
    ]
    url = f"sqlite:///{tmp_path / 'catalog.db'}"
    with open_database(url) as db:
        store(db, "r1", deep)
    found = lineage(url, f"{long}0", columns=True)
    assert max(measure(line) for line in tree.drawn(found, columns=True, width=80)) <= 80
    assert max(measure(line) for line in tree.drawn(found, columns=True, width=None)) > 80


def test_diagrams_name_everything_and_escape_it(url: str, tmp_path: Path) -> None:
    found = lineage(url, fqn("v"), depth=3)
    text = "\n".join(diagrams.mermaid(diagrams.of_graph(found)))
    assert text.startswith('flowchart LR\n    n0["shop.db.s.v"]')
    assert '-.->|"shop.db.s.p"|' in text
    assert "class n0 begin" in text
    dot = "\n".join(diagrams.dot(diagrams.of_graph(found)))
    assert dot.startswith("digraph lineage {")
    assert 'n0 [label="shop.db.s.v" penwidth=3]' in dot
    assert '[label="shop.db.s.p" style=dashed]' in dot
    odd = f"sqlite:///{tmp_path / 'odd.db'}"
    with open_database(odd) as db:
        store(db, "r1", [row(told('shop.db.s."a""] --> <b>\\"', ["b"]))])
    for draw in (diagrams.mermaid, diagrams.dot):
        drawn = "\n".join(draw(diagrams.of_graph(lineage(odd, fqn("b")))))
        assert '""' not in drawn.replace('\\"', "")
        assert "<b>" not in drawn or draw is diagrams.dot
    assert "#34;" in "\n".join(diagrams.mermaid(diagrams.of_graph(lineage(odd, fqn("b")))))


def test_events_have_jobs_with_inputs_outputs_and_columns(url: str) -> None:
    found = openlineage.events(lineage(url, fqn("v"), depth=3, columns=True), AT, {})
    assert [mistakes(each) for each in found] == [[]] * len(found)
    assert [each["job"]["name"] for each in found] == [fqn("p"), fqn("v"), fqn("w")]
    of_v = found[1]
    assert of_v["eventTime"] == "2026-01-31T00:00:00+00:00"
    assert of_v["schemaURL"].endswith("2-0-2/OpenLineage.json#/$defs/JobEvent")
    assert [each["name"] for each in of_v["inputs"]] == ["db.s.a", "db.s.w"]
    [output] = of_v["outputs"]
    assert (output["namespace"], output["name"]) == ("headrace://shop", "db.s.v")
    fields = output["facets"]["columnLineage"]["fields"]
    assert [each["field"] for each in fields["x"]["inputFields"]] == ["i", "j"]
    assert fields["x"]["inputFields"][0]["transformations"][0]["subtype"] == "IDENTITY"
    assert json.dumps(found)
    [of_p] = openlineage.events(lineage(url, fqn("p"), depth=1, columns=True), AT, {})
    assert mistakes(of_p) == []
    assert [each["name"] for each in (*of_p["inputs"], *of_p["outputs"])] == ["db.s.w", "db.s.t"]


def test_an_impact_is_a_table(url: str) -> None:
    text = "\n".join(told_impact(impact(url, f"{S}.a.i")))
    assert text.startswith("a change of shop.db.s.a.i reaches 3 objects\n")
    assert "shop.db.s.w.y" in text
    assert "columns not known, confidence 0.5" in text
    assert "(by shop.db.s.p)" in text
    assert list(told_impact(impact(url, fqn("t")))) == ["nothing that is known is made of shop.db.s.t"]
