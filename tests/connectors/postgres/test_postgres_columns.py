"""Columns of a table as they come: one row for all of them."""

from __future__ import annotations

import pytest

from connectors.postgres.build.relations.columns import ColumnRow, shared
from tests.connectors.postgres.support import entities, session


def test_equal_columns_are_held_once_and_their_types_are_told() -> None:
    first = ColumnRow(1, ["1 20 -1 t id", "2 1043 84 f a b c"])
    second = ColumnRow(2, ["1 20 -1 t " + "id", "2 25 -1 f x"])
    assert shared([first, second]) == {(20, -1), (1043, 84), (25, -1)}
    assert first.plain[0] is second.plain[0]


def test_lists_of_rights_are_split_by_column() -> None:
    row = ColumnRow(1, ["1 20 -1 t id"], None, None, [1, 3], ["a=r/o\x01b=w/o", "c=r/o"])
    assert list(row.acls()) == [(1, ["a=r/o", "b=w/o"]), (3, ["c=r/o"])]
    assert list(ColumnRow().acls()) == []
    assert ColumnRow().details() == {}


@pytest.mark.server
def test_names_and_rights_of_any_spelling(each_postgres_database: str) -> None:
    ddl = """
        CREATE TABLE odd ("a  b" int DEFAULT 1, "c""d
" text COLLATE "C" NOT NULL, gone int, g int);
        ALTER TABLE odd DROP COLUMN gone;
        CREATE TABLE none ();
        GRANT SELECT ("a  b"), UPDATE ("a  b", g) ON odd TO PUBLIC;
    """
    with session(each_postgres_database, ddl):
        found = entities(each_postgres_database)
    table, empty = found["Table public.odd"].model_dump(), found["Table public.none"].model_dump()
    assert [(each["name"], each["ordinal"], each["nullable"]) for each in table["columns"]] == [
        ("a  b", 1, True),
        ('c"d\n', 2, False),
        ("g", 4, True),
    ]
    assert (table["columns"][0]["default"], table["columns"][1]["collation"]) == ("1", "C")
    assert [(each["column"], each["privileges"]) for each in table["grants"]] == [
        ("a  b", ("select", "update")),
        ("g", ("update",)),
    ]
    assert empty["columns"] == ()
