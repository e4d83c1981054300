"""What an upgrade fills in is told apart from what changed in the source."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from specs import entities
from specs.entities import Container, Table
from specs.entities.base import HASH_VERSION, Part
from specs.entities.versions import CHANGED, comparable

FIELDS = json.loads(Path(__file__).with_name("fields.1.json").read_text())
"""The fields of every class as version 1 had them."""


def parts(of: type[Part] = Part) -> Iterator[type[Part]]:
    """All parts of entities. Modules of entities are imported when they are first asked for, so all names are."""
    for name in entities.__all__:
        getattr(entities, name)
    for part in of.__subclasses__():
        if part.__module__.startswith("specs.entities"):
            yield part
            yield from parts(part)


def test_every_field_that_version_1_had_not_is_known_to_be_new() -> None:
    known = CHANGED[2]
    new = {
        f"{part.__name__}.{field}"
        for part in parts()
        for field in part.model_fields
        if field not in FIELDS.get(part.__name__, part.model_fields) and field not in known.get(part.__name__, ())
    }
    assert new == set(), "name them in specs/entities/versions.py"
    assert max(CHANGED) == HASH_VERSION


def test_every_rule_is_about_a_field_that_exists() -> None:
    fields = {part.__name__: set(part.model_fields) for part in parts()}
    for classes in CHANGED.values():
        for name, rules in classes.items():
            known = fields[name.rpartition(".")[2]]
            assert {rule.partition("=")[0].partition(".")[0] for rule in rules} <= known, name


def test_only_what_both_versions_tell_is_compared() -> None:
    content: dict[str, Any] = {
        "name": "t",
        "row_security": True,
        "properties": {"fillfactor": "70", "toast.autovacuum_enabled": "false"},
        "columns": [{"name": "a", "collation": "C", "comment": "an a", "storage": "main"}],
        "constraints": [
            {"kind": "check", "name": "c", "validated": False},
            {"kind": "not_null", "name": "n"},
        ],
    }
    assert comparable(Table, content, 1) == {
        "name": "t",
        "properties": {"fillfactor": "70"},
        "columns": [{"name": "a", "comment": "an a"}],
        "constraints": [{"kind": "check", "name": "c"}],
    }
    assert comparable(Table, content, HASH_VERSION) == content


def test_what_is_empty_without_the_new_facts_is_not_there() -> None:
    assert comparable(Table, {"constraints": [{"kind": "not_null"}], "properties": {"toast.x": "1"}}, 1) == {}


def test_a_class_can_differ_within_one_entity_type_only() -> None:
    content = {"columns": [{"name": "a", "native_type": "text", "collation": "C"}]}
    assert comparable(Table, content, 1) == {"columns": [{"name": "a", "native_type": "text"}]}
    assert comparable(Container, content, 1) == content
