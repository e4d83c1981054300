"""Changes in words."""

from __future__ import annotations

from typing import Any

import pytest

from scheduler.cli.display.events import told

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
