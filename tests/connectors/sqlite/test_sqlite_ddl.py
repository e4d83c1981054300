"""What only the DDL tells, and that no text of any kind raises."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.common.sql.ddl import index_parts
from connectors.sqlite.build import ddl

TABLE = """CREATE TABLE "odd, (name"(
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- a comment, with ( brackets
  [code x] TEXT COLLATE NOCASE CONSTRAINT uq UNIQUE CONSTRAINT len CHECK (length("code x") > 2),
  total AS (price * (1 + tax)) STORED, /* CHECK (no) */
  `g` TEXT GENERATED ALWAYS AS ('a,)b' || id),
  parent INT CONSTRAINT fk REFERENCES other(id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  CONSTRAINT pair UNIQUE (id, "code x"),
  CHECK (id <> 'it''s)'),
  FOREIGN KEY (id) REFERENCES other NOT DEFERRABLE
) STRICT"""


def test_a_table_tells_what_the_catalog_does_not() -> None:
    found = ddl.table(TABLE)
    assert found.autoincrement == "id"
    assert found.checks == [("len", 'length("code x") > 2'), (None, "id <> 'it''s)'")]
    assert found.collations == {"code x": "NOCASE"}
    assert found.generated == {"total": "price * (1 + tax)", "g": "'a,)b' || id"}
    assert [(key.name, key.columns) for key in found.keys] == [
        (None, ("id",)), ("uq", ("code x",)), ("pair", ("id", "code x")),
    ]  # fmt: skip
    assert [(key.name, key.deferrable, key.deferred) for key in found.foreign_keys] == [
        ("fk", True, True), (None, False, False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        ("REFERENCES p(id) DEFERRABLE INITIALLY DEFERRED NOT NULL", (True, True)),
        ("REFERENCES p ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED CHECK (a IS NOT NULL)", (True, True)),
        ("NOT NULL REFERENCES p DEFERRABLE", (True, False)),
        ("REFERENCES p NOT NULL DEFERRABLE INITIALLY DEFERRED", (True, True)),
        ("REFERENCES p NOT DEFERRABLE INITIALLY DEFERRED NOT NULL", (False, False)),
        ("REFERENCES p DEFERRABLE INITIALLY IMMEDIATE", (True, False)),
        ("REFERENCES p NOT NULL", (False, False)),
    ],
)
def test_whether_a_key_is_deferrable_in_any_order_of_words(rest: str, expected: tuple[bool, bool]) -> None:
    (key,) = ddl.table(f"CREATE TABLE t(a INTEGER {rest}, b INT NOT NULL)").foreign_keys
    assert (key.deferrable, key.deferred) == expected


def test_what_happens_in_a_conflict() -> None:
    found = ddl.table(
        """CREATE TABLE t(id INTEGER PRIMARY KEY DESC ON CONFLICT REPLACE AUTOINCREMENT,
        a NOT NULL ON CONFLICT IGNORE UNIQUE ON CONFLICT ROLLBACK, b NOT NULL UNIQUE,
        UNIQUE (a, b) ON CONFLICT FAIL, PRIMARY KEY (Id AUTOINCREMENT))"""
    )
    assert [key.conflict for key in found.keys] == ["replace", "rollback", None, "fail", None]
    assert found.not_null == [("a", None, "ignore")]
    assert found.autoincrement == "Id"


def test_an_index_over_expressions_with_a_predicate() -> None:
    sql = "CREATE UNIQUE INDEX i ON t(lower(a), substr(b, 1, 2) DESC, c COLLATE NOCASE) WHERE a IS NOT NULL"
    assert index_parts(sql) == (["lower(a)", "substr(b, 1, 2)", "c COLLATE NOCASE"], "a IS NOT NULL")


def test_triggers() -> None:
    head = "CREATE TRIGGER IF NOT EXISTS tr "
    assert ddl.trigger(head + "INSTEAD OF DELETE ON v BEGIN SELECT 1; END") == ("instead of", ("delete",), (), None)
    assert ddl.trigger(head + 'AFTER UPDATE OF a, "b c" ON t WHEN new.a > 1 BEGIN SELECT 1; END') == (
        "after", ("update",), ("a", "b c"), "new.a > 1",
    )  # fmt: skip
    assert ddl.trigger(head + "INSERT ON t BEGIN SELECT 1; END") == ("before", ("insert",), (), None)


@given(st.text(alphabet="CREATE TABLEt(),'\"`[]-/*CHECKONWHERE as\n", max_size=80))
def test_any_text_gives_an_answer(text: str) -> None:
    ddl.table("CREATE TABLE t(" + text)
    ddl.table(text)
    index_parts(text)
    ddl.trigger(text)
