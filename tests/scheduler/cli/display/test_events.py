"""Changes in words."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scheduler.cli.display.events import told
from tests.workers.lineage.told import lineage
from workers.catalog.upsert.diff import diff

RATING = {"name": "rating", "native_type": "numeric(3,2)", "type": "decimal", "ordinal": 16, "precision": 3, "scale": 2,
          "default": "0", "nullable": False, "comment": "one to five"}  # fmt: skip


@pytest.mark.parametrize(
    ("path", "change", "words"),
    [
        ("columns.rating", [None, RATING],
         'column rating added: numeric(3,2), default 0, not null, comment "one to five"'),
        ("columns.rating", [RATING, None],
         'column rating dropped: numeric(3,2), default 0, not null, comment "one to five"'),
        ("columns.id.native_type", ["int", "bigint"], 'column id: native type: "int" -> "bigint"'),
        ("columns.id.comment", [None, "the key"], 'column id: comment: + "the key"'),
        ('columns."a.b".default', ["0", None], 'column a.b: default: - "0"'),
        ("columns.address.children.city.native_type", ["text", "name"],
         'field address.city: native type: "text" -> "name"'),
        ("columns", [["a", "b"], ["b", "a"]], "order of columns: a, b -> b, a"),
        ("constraints.pk", [None, {"name": "pk", "kind": "primary_key", "columns": ["id", "at"]}],
         "constraint pk added: primary key, columns (id, at)"),
        ("indexes.i", [{"name": "i", "columns": ["a"], "unique": True}, None],
         "index i dropped: columns (a), unique"),
        ("constraints", [[{"kind": "check"}], []], 'constraints: [{"kind": "check"}] -> []'),
        ("view_definition", ["SELECT 1", "SELECT 2"], 'view definition: "SELECT 1" -> "SELECT 2"'),
        ("state", ["live", "missing"], 'state: "live" -> "missing"'),
        ("\u2026", [None, "and 3 more"], '\u2026: + "and 3 more"'),
        ("a\x1b[31m", ["x", "y\n"], 'a\\e[31m: "x" -> "y\\n"'),
    ],
)  # fmt: skip
def test_in_words(path: str, change: list[Any], words: str) -> None:
    assert list(told("updated", "Table", "shop.t", {path: change})) == ["~ Table shop.t", f"    {words}"]


def test_long_values_are_cut() -> None:
    line = list(told("updated", "Table", "t", {"ddl": ["x" * 500, "y"]}))[1]
    assert len(line) < 250
    assert "\u2026" in line


V, EDGE = "shop.s.v", {"source": "shop.s.a"}


@pytest.mark.parametrize(
    ("path", "change", "words"),
    [
        ('flows."shop.s.v".edges."shop.s.a"', [None, EDGE], "now also fed by shop.s.a"),
        ('flows."shop.s.v".edges."shop.s.a"', [EDGE, None], "no longer fed by shop.s.a"),
        ('flows."shop.s.v".edges."shop.s.a".proven', [None, True], "fed by shop.s.a: proven - -> yes"),
        ('flows."shop.s.t".edges."shop.s.a"', [None, EDGE], "shop.s.t: now also fed by shop.s.a"),
        ('flows."shop.s.v".edges', [None, [EDGE]], "now fed by shop.s.a"),
        ('flows."shop.s.t"', [None, {"target": "shop.s.t", "edges": [EDGE]}], "shop.s.t: now fed by shop.s.a"),
        ("flows", [[{"target": V, "edges": [EDGE]}], None], "no longer fed by shop.s.a"),
        ('flows."shop.s.v".columns.x', [None, {"column": "x", "sources": [{"source": "shop.s.a", "column": "i"}]}],
         "column x: from shop.s.a.i"),
        ('flows."shop.s.v".columns.x', [{"column": "x"}, None], "column x: nothing is told of it any more"),
        ('flows."shop.s.v".columns.x.sources."shop.s.b"', [None, {"source": "shop.s.b", "column": "j"}],
         "column x: now also from shop.s.b.j"),
        ('flows."shop.s.v".columns.x.sources."shop.s.a".column', ["i", "j"], "column x: from shop.s.a: column i -> j"),
        ('flows."shop.s.v".columns.x.expression', [None, "i + 1"], "column x: expression - -> i + 1"),
        ("unresolved", [["far"], None], "no longer unresolved: far"),
        ("unresolved", [None, ["far"]], "no object has the name far"),
        ("sql_hash", ["00", "01"], "the text changed"),
        ("evidence", ["view", "procedure"], 'evidence: "view" -> "procedure"'),
        ("flows", ["[{... (9000 characters)", "[{... (9001 characters)"],
         'flows: "[{... (9000 characters)" -> "[{... (9001 characters)"'),
    ],
)  # fmt: skip
def test_lineage_in_words(path: str, change: list[Any], words: str) -> None:
    assert list(told("updated", "Lineage", V, {path: change})) == [f"~ Lineage {V}", f"    {words}"]


def test_a_difference_of_lineage_is_told_by_source_and_column() -> None:
    old = lineage("v", ["a"], {"x": ["a.i"], "y": ["a.j"]})
    new = lineage("v", ["a", "b"], {"x": ["a.i", "b.k"], "z": ["b.k"]})
    found = diff(json.loads(old.content()), json.loads(new.content()))
    assert [line.strip() for line in told("updated", "Lineage", old.fqn, found)][1:] == [
        "now also fed by shop.db.s.b",
        "column x: now also from shop.db.s.b.k",
        "column y: nothing is told of it any more",
        "column z: from shop.db.s.b.k",
    ]
