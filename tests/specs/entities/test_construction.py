"""Entities built from values of the right types are those that validation makes of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from specs.entities.access import Grant
from specs.entities.base import Part
from specs.entities.construction import trusted, varied
from specs.entities.database.constraints import Constraint, ConstraintKind
from specs.entities.database.indexes import Index, IndexKey
from specs.entities.database.tables import Column, DataType, Sequence, Table, TableType

COLUMN = Column(name="id", native_type="bigint", type=DataType.BIGINT, ordinal=1)
KEY = Constraint(kind=ConstraintKind.PRIMARY_KEY, name="z", columns=("id",))
REFERENCE = Constraint(kind=ConstraintKind.FOREIGN_KEY, name="a", columns=("id",), referred_table="s.d.t")
TABLE: dict[str, Any] = {"fqn": "s.d.t", "name": "t", "parent": "s.d", "table_type": TableType.REGULAR}

CASES: list[tuple[type[Part], dict[str, Any]]] = [
    (Table, TABLE),
    (Table, TABLE | {"name": "t\0\ud800", "owner": "\ud800", "display_name": None}),
    (Table, TABLE | {"comment": "one \r\ntwo\t\rthree  "}),
    (Table, TABLE | {"columns": (COLUMN,), "constraints": (KEY, REFERENCE), "tags": ("b", "a")}),
    (Table, TABLE | {"indexes": (Index(name="z"), Index(name="a")), "properties": {"b": "1", "a": "2"}}),
    (Table, TABLE | {"grants": (Grant(grantee="z"), Grant(grantee="a", privileges=("select",)))}),
    (Table, TABLE | {"row_estimate": 3, "size_bytes": 8192, "view_definition": "select '\0'"}),
    (Index, {"name": "i", "columns": ("é", "b\0"), "keys": (IndexKey(name="é", order="desc"),)}),
    (Constraint, {"kind": ConstraintKind.CHECK, "name": None, "expression": "a > 0 \r\n"}),
    (Grant, {"grantee": "public", "privileges": ("update", "select"), "grantable": ()}),
    (Column, {"name": "c", "native_type": "enum", "values": ("b", "a\0"), "children": (COLUMN,)}),
]


@pytest.mark.parametrize(("kind", "fields"), CASES)
def test_what_is_trusted_equals_what_is_validated(kind: type[Part], fields: dict[str, Any]) -> None:
    made, validated = trusted(kind, fields), kind(**fields)

    assert made == validated
    assert made.json_text() == validated.json_text()
    assert made.model_fields_set == validated.model_fields_set
    assert list(made.__dict__) == list(validated.__dict__)
    assert repr(made) == repr(validated)


def test_what_is_trusted_shares_no_value_that_can_change() -> None:
    one, two = trusted(Table, TABLE), trusted(Table, TABLE)

    assert one.properties is not two.properties


def test_it_is_frozen_and_can_be_copied() -> None:
    made = trusted(Table, TABLE)

    with pytest.raises(ValueError, match="frozen"):
        made.name = "other"  # type: ignore[misc]
    assert made.model_copy(update={"name": "other"}).content() == Table(**TABLE | {"name": "other"}).content()


def test_a_part_under_another_name_is_dumped_anew() -> None:
    index = Index(name="one", columns=("a",), unique=True)
    assert "one" in index.json_text()

    other = varied(index, "two\0")

    assert other == Index(name="two\0", columns=("a",), unique=True)
    assert other.json_text() == Index(name="two\0", columns=("a",), unique=True).json_text()
    assert index.name == "one"


WHEN = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("known", "told"),
    [
        ({}, None),
        ({"size_bytes": 0}, '{"size_bytes":0}'),
        ({"partitions": 2, "row_estimate": -1}, '{"row_estimate":-1,"partitions":2}'),
        ({"row_estimate": 1, "altered_at": WHEN}, '{"row_estimate":1,"altered_at":"2026-01-02T03:04:05Z"}'),
    ],
)
def test_statistics_are_dumped_in_the_order_of_the_fields(known: dict[str, Any], told: str | None) -> None:
    table = Table(**TABLE, **known)

    assert table.stats() == told
    if told is not None:
        assert table.model_dump_json(include=set(known)) == told


def test_statistics_of_any_size_are_exact() -> None:
    assert Sequence(fqn="s.q", name="q", last_value=2**63 - 1).stats() == '{"last_value":9223372036854775807}'
