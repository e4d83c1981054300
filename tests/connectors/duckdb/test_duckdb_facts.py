"""What DuckDB tells late, in other words, or only when it is asked in another way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from connectors.duckdb.connection import DuckdbConnection
from connectors.duckdb.metadata import DuckdbSource
from specs.entities.database.tables import Sequence, Table, UserType
from specs.entities.database.triggers import Trigger
from specs.topology.scope import Scope
from tests.connectors.duckdb.support import entities, make

TWO = pytest.mark.skipif(duckdb.__version__.startswith("1."), reason="DuckDB 2 brought triggers")


def table(path: Path, name: str) -> Table:
    found = entities(path)[f"s.{path.stem}.main.{name}"]
    assert isinstance(found, Table)
    return found


def test_columns_of_a_view_are_those_that_it_has_now(tmp_path: Path) -> None:
    path = make(
        tmp_path / "x.duckdb",
        "CREATE TABLE t(a INT, b VARCHAR)", "CREATE VIEW v AS SELECT * FROM t", "COMMENT ON COLUMN v.b IS 'kept'",
        "ALTER TABLE t ADD COLUMN c DECIMAL(9,3)", "ALTER TABLE t ALTER a TYPE BIGINT",
        "CREATE VIEW w AS SELECT c FROM v",
    )  # fmt: skip
    assert [(each.name, each.native_type, each.comment) for each in table(path, "v").columns] == [
        ("a", "BIGINT", None), ("b", "VARCHAR", "kept"), ("c", "DECIMAL(9,3)", None),
    ]  # fmt: skip
    assert [each.native_type for each in table(path, "w").columns] == ["DECIMAL(9,3)"]


def test_a_view_that_an_alter_broke_says_so_and_spoils_no_other(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text("z\n1\n")
    path = make(
        tmp_path / "x.duckdb", "CREATE TABLE t(a INT, b INT)", "CREATE VIEW bad AS SELECT a, b FROM t",
        "CREATE VIEW good AS SELECT b FROM t", f"CREATE VIEW other AS SELECT * FROM read_csv('{tmp_path}/data.csv')",
        "ALTER TABLE t RENAME a TO aa",
    )  # fmt: skip
    assert '"a"' in table(path, "bad").properties["broken"]
    assert [each.name for each in table(path, "bad").columns] == ["a", "b"], "as it was made"
    assert [each.name for each in table(path, "good").columns] == ["b"]
    assert (table(path, "other").properties, [each.name for each in table(path, "other").columns]) == ({}, ["z"])


def test_keys_point_at_tables_and_columns_as_these_spell_themselves(tmp_path: Path) -> None:
    path = make(
        tmp_path / "x.duckdb", "CREATE TABLE T1(Id INT PRIMARY KEY)", "CREATE TABLE c1(x INT REFERENCES t1(ID))",
        'CREATE TABLE "Ä"(a INT PRIMARY KEY)', 'CREATE TABLE "ä"(B INT PRIMARY KEY)',
        'CREATE TABLE c2(x INT REFERENCES "ä"(b))',
    )  # fmt: skip
    (one,), (two,) = table(path, "c1").constraints, table(path, "c2").constraints
    assert (one.referred_table, one.referred_columns) == ("s.x.main.T1", ("Id",))
    assert (two.referred_table, two.referred_columns) == ("s.x.main.ä", ("B",))


def test_labels_keep_their_backslashes(tmp_path: Path) -> None:
    labels = ["a\\", "b", "c\\d", "it's", "\\n"]
    text = ", ".join("'" + each.replace("'", "''") + "'" for each in labels)
    path = make(tmp_path / "x.duckdb", f"CREATE TABLE e(q ENUM({text}), m MAP(ENUM({text}), INT))")
    one, two = table(path, "e").columns
    assert one.values == two.children[0].values == tuple(labels)


def test_a_type_says_what_it_stands_for(tmp_path: Path) -> None:
    path = make(
        tmp_path / "x.duckdb", "CREATE TYPE money AS DECIMAL(10,2)", "CREATE TYPE tags AS VARCHAR[]",
        "CREATE TYPE m AS MAP(VARCHAR, INT)", "CREATE TYPE e AS ENUM('a', 'b''c')", "CREATE TYPE arr AS INT[3]",
        "CREATE TYPE s AS STRUCT(a INT, \"b c\" DECIMAL(5,1))", "CREATE TYPE u AS UNION(n INT, t VARCHAR)",
        "COMMENT ON TYPE money IS 'in euros'",
    )  # fmt: skip
    found = {each.name: each for each in entities(path).values() if isinstance(each, UserType)}
    assert {name: (each.kind, each.base_type) for name, each in found.items()} == {
        "money": ("alias", "DECIMAL(10,2)"),
        "tags": ("alias", "VARCHAR[]"),
        "m": ("alias", "MAP(VARCHAR, INTEGER)"),
        "arr": ("alias", "INTEGER[3]"),
        "e": ("enum", "ENUM"),
        "s": ("composite", 'STRUCT(a INTEGER, "b c" DECIMAL(5,1))'),
        "u": ("union", "UNION(n INTEGER, t VARCHAR)"),
    }
    assert [(each.name, each.scale) for each in found["s"].fields] == [("a", None), ("b c", 1)]
    assert [each.name for each in found["u"].fields] == ["n", "t"]
    assert (found["e"].labels, found["money"].comment) == (("a", "b'c"), "in euros")


def test_numbers_drawn_from_a_sequence_do_not_change_it(tmp_path: Path) -> None:
    path = make(tmp_path / "x.duckdb", "CREATE SEQUENCE q START 5 INCREMENT 2", "COMMENT ON SEQUENCE q IS 'c'")
    before = entities(path)["s.x.main.q"]
    make(path, "SELECT nextval('q'), nextval('q')")
    after = entities(path)["s.x.main.q"]
    assert isinstance(after, Sequence)
    assert (after.increment, after.comment) == (2, "c")
    assert after.content() == before.content()


def test_the_parts_of_an_index_of_any_name(tmp_path: Path) -> None:
    names = ["plain", "we'ird,\"[x]", "back\\s", " lead", "NULL", "(b)"]
    quoted = ['"' + each.replace('"', '""') + '"' for each in names]
    path = make(
        tmp_path / "x.duckdb", f"CREATE TABLE t({', '.join(f'{each} INT' for each in quoted)}, v VARCHAR)",
        f"CREATE INDEX i ON t({', '.join(quoted)}, (v || 'it''s, \\ \"[q'))", "COMMENT ON INDEX i IS 'ii'",
    )  # fmt: skip
    (index,) = table(path, "t").indexes
    assert index.columns == (*names, "(v || 'it''s, \\ \"[q')")
    assert (index.method, index.comment) == ("art", "ii")


def test_collations_of_columns(tmp_path: Path) -> None:
    path = make(
        tmp_path / "x.duckdb",
        "CREATE TABLE t(a VARCHAR COLLATE NOCASE DEFAULT 'COLLATE x', b VARCHAR, CHECK (b <> 'q'))",
    )
    assert [each.collation for each in table(path, "t").columns] == ["NOCASE", None]


@TWO
def test_triggers_are_found_whatever_case_they_spell_their_table_in(tmp_path: Path) -> None:
    path = make(
        tmp_path / "x.duckdb", "CREATE TABLE T(a INT, b INT)", "CREATE TABLE log(x INT)",
        "CREATE TRIGGER one AFTER INSERT ON t FOR EACH STATEMENT INSERT INTO log VALUES (1)",
        "CREATE TRIGGER two BEFORE UPDATE OF b, a ON T FOR EACH STATEMENT INSERT INTO log VALUES (1)",
    )  # fmt: skip
    one, two = (entities(path)[f"s.x.main.T.{name}"] for name in ("one", "two"))
    assert isinstance(one, Trigger)
    assert isinstance(two, Trigger)
    assert (one.parent, one.timing, one.events, one.level) == ("s.x.main.T", "after", ("insert",), "statement")
    assert (two.timing, two.events, two.columns) == ("before", ("update",), ("b", "a"))
    assert "INSERT INTO log" in (one.definition or "")
    source = DuckdbSource("s", DuckdbConnection(path=str(path)))
    own = Scope.of("s", "x", "main", "T")
    assert source.exists("Trigger", own, ["one", "two", "six"]) == {"one": "yes", "two": "yes", "six": "no"}
    assert source.exists("Trigger", Scope.of("s", "x", "main", "log"), ["one"]) == {"one": "no"}
    source.close()


def test_nothing_of_another_database_is_told(tmp_path: Path) -> None:
    other = make(tmp_path / "other.duckdb", "CREATE TABLE secret_table(a INT)", "CREATE MACRO m(a) AS a")
    path = make(
        tmp_path / "x.duckdb", f"ATTACH '{other}' AS o", "CREATE TABLE t(a INT)", "CREATE TEMP TABLE tt(a INT)",
        "CREATE VIEW v AS SELECT * FROM o.main.secret_table", "CREATE TEMP MACRO tm(a) AS a",
    )  # fmt: skip
    found = entities(path)
    assert sorted(found) == ["s", "s.x", "s.x.main", "s.x.main.t", "s.x.main.v"]
    view = table(path, "v")
    assert "does not exist" in view.properties["broken"], "a schema or a database of that name is not there"
    assert [column.name for column in view.columns] == ["a"], "as it was made"


def test_the_time_zone_of_the_machine_changes_no_text(tmp_path: Path) -> None:
    at = "TIMESTAMPTZ '2020-01-01 12:00:00+02'"
    path = make(
        tmp_path / "x.duckdb", f"CREATE TABLE t(a TIMESTAMPTZ DEFAULT {at}, CHECK (a > '2020-01-01 00:00:00+00'))",
        f"CREATE VIEW v AS SELECT a, {at} AS b, date_trunc('day', a) AS c FROM t", f"CREATE MACRO m(x) AS x > {at}",
    )  # fmt: skip
    script = (
        "import json, sys; from pathlib import Path; from tests.connectors.duckdb.support import entities;"
        "print(json.dumps({fqn: each.model_dump_json() for fqn, each in entities(Path(sys.argv[1])).items()}))"
    )
    read = [sys.executable, "-c", script, str(path)]
    elsewhere = {**os.environ, "TZ": "Asia/Tokyo", "PYTHONPATH": os.getcwd()}
    told = subprocess.run(read, env=elsewhere, capture_output=True, check=True, text=True)
    assert json.loads(told.stdout) == {fqn: each.model_dump_json() for fqn, each in entities(path).items()}
