"""SQLite files that are no databases, busy ones, broken ones, and names of every kind."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from connectors.sqlite.connection import SqliteConnection
from connectors.sqlite.driver import SqliteDriver
from connectors.sqlite.metadata import SqliteSource
from specs.config import Limits, MetadataExtract
from specs.entities.database.tables import Table
from specs.errors import Fatal, Retry, Skip
from specs.testing import harvest
from specs.topology.scope import Scope


def make(path: Path, script: str) -> Path:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)
    return path


def tables(path: Path, extract: MetadataExtract | None = None) -> dict[str, Table]:
    config = SqliteConnection(path=str(path))
    found = harvest.entities(lambda: SqliteSource("s", config, extract))
    return {event.entity.name: event.entity for event in found if isinstance(event.entity, Table)}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "missing"),
        (b"", "empty"),
        (b"not a database at all", "not_a_database"),
        (b"SQLite format 3\0" + b"x" * 2000, ""),
    ],
)
def test_what_is_no_database_says_so(tmp_path: Path, content: bytes | None, reason: str) -> None:
    path = tmp_path / "x.db"
    if content is not None:
        path.write_bytes(content)
    source = SqliteSource("s", SqliteConnection(path=str(path)))
    with pytest.raises(Fatal) as caught:
        source.identity()
    source.close()
    assert str(path) in str(caught.value)
    assert caught.value.remedy
    assert not reason or caught.value.reason == reason
    assert path.exists() is (content is not None), "a database is never created"


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(Fatal, match="not a file"):
        SqliteSource("s", SqliteConnection(path=str(tmp_path))).identity()


def test_a_database_without_tables_is_an_empty_database(tmp_path: Path) -> None:
    assert tables(make(tmp_path / "x.db", "CREATE TABLE t(a); DROP TABLE t")) == {}


def test_a_locked_database_is_tried_again_later(tmp_path: Path) -> None:
    path = make(tmp_path / "x.db", "CREATE TABLE t(a)")
    source = SqliteSource("s", SqliteConnection(path=str(path)), limits=Limits(lock_timeout=0.1))
    with closing(sqlite3.connect(path, isolation_level=None)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        with pytest.raises(Retry) as caught:
            source.identity()
    assert caught.value.reason == "lock"
    assert source.identity()
    source.close()


def test_nothing_can_be_written(tmp_path: Path) -> None:
    driver = SqliteDriver(str(make(tmp_path / "x.db", "CREATE TABLE t(a)")), Limits(), lambda: None)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        driver.query("INSERT INTO t VALUES (1)")
    driver.close()


def test_an_endless_statement_is_stopped(tmp_path: Path) -> None:
    driver = SqliteDriver(
        str(make(tmp_path / "x.db", "CREATE TABLE t(a)")), Limits(statement_timeout=0.1), lambda: None
    )
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    with pytest.raises(sqlite3.OperationalError) as caught:
        driver.query(endless)
    found = driver.classify(caught.value)
    driver.close()
    assert isinstance(found, Skip)
    assert found.reason == "timeout"


def test_broken_views_are_kept_and_say_why(tmp_path: Path) -> None:
    script = """CREATE TABLE t(a); CREATE VIEW good AS SELECT a FROM t; CREATE VIEW bad AS SELECT * FROM nowhere;
    CREATE VIEW one AS SELECT * FROM two; CREATE VIEW two AS SELECT * FROM one;"""
    found = tables(make(tmp_path / "x.db", script))
    assert [column.name for column in found["good"].columns] == ["a"]
    assert "nowhere" in found["bad"].properties["broken"]
    assert "circular" in found["one"].properties["broken"]
    assert found["bad"].view_definition == "CREATE VIEW bad AS SELECT * FROM nowhere"


def test_keys_point_at_the_real_spelling(tmp_path: Path) -> None:
    script = """CREATE TABLE "Parent"(x, y, PRIMARY KEY (y, x)); CREATE TABLE "or.phan"(a REFERENCES nowhere(b));
    CREATE TABLE child(a, b, CONSTRAINT one FOREIGN KEY (a, b) REFERENCES parent ON DELETE SET NULL,
                       c REFERENCES "or.phan"(a));""".replace(
        "CONSTRAINT one FOREIGN KEY (a, b) REFERENCES parent ON DELETE SET NULL,\n"
        '                       c REFERENCES "or.phan"(a))',
        'c REFERENCES "or.phan"(a), CONSTRAINT one FOREIGN KEY (a, b) REFERENCES parent ON DELETE SET NULL)',
    )
    found = tables(make(tmp_path / "x.db", script))
    keys = {each.columns: each for each in found["child"].constraints}
    assert keys["a", "b"].referred_table == "s.main.main.Parent"
    assert keys["a", "b"].referred_columns == ("y", "x")
    assert (keys["a", "b"].name, keys["a", "b"].on_delete) == ("one", "set null")
    assert keys["c",].referred_table == 's.main.main."or.phan"'
    assert found["or.phan"].constraints[0].referred_table == "s.main.main.nowhere"


def test_keys_point_at_columns_as_these_spell_themselves(tmp_path: Path) -> None:
    script = """CREATE TABLE Par(id INTEGER PRIMARY KEY, k TEXT, "G h" AS (k) UNIQUE, CONSTRAINT kk UNIQUE (K));
    CREATE TABLE ref(k TEXT REFERENCES par(K), i REFERENCES PAR, g REFERENCES par("g H"), x REFERENCES par(gone));"""
    found = tables(make(tmp_path / "x.db", script))
    keys = {each.columns: each.referred_columns for each in found["ref"].constraints}
    assert keys == {("k",): ("k",), ("i",): ("id",), ("g",): ("G h",), ("x",): ("gone",)}
    assert {each.referred_table for each in found["ref"].constraints} == {"s.main.main.Par"}
    assert [each.name for each in found["Par"].constraints if each.columns == ("k",)] == ["kk"]


def test_triggers_on_tables_that_they_spell_in_another_case(tmp_path: Path) -> None:
    script = """CREATE TABLE Invoice(Id INTEGER PRIMARY KEY, total INT); CREATE VIEW Recent AS SELECT * FROM Invoice;
    CREATE TRIGGER inv_ai AFTER INSERT ON invoice BEGIN SELECT 1; END;
    CREATE TRIGGER rec_ii INSTEAD OF INSERT ON RECENT BEGIN SELECT 1; END;"""
    config = SqliteConnection(path=str(make(tmp_path / "x.db", script)))
    found = [event.entity.fqn for event in harvest.entities(lambda: SqliteSource("s", config))]
    assert [each for each in found if each.endswith(("_ai", "_ii"))] == [
        "s.main.main.Invoice.inv_ai", "s.main.main.Recent.rec_ii",
    ]  # fmt: skip
    source = SqliteSource("s", config)
    own, typed = (Scope.of("s", "main", "main", name) for name in ("Invoice", "invoice"))
    assert source.exists("Trigger", own, ["inv_ai", "rec_ii"]) == {"inv_ai": "yes", "rec_ii": "no"}
    assert source.exists("Trigger", typed, ["inv_ai"]) == {"inv_ai": "no"}, "no table is called so"
    source.close()


def test_json_functions_in_a_schema_are_no_damage(tmp_path: Path) -> None:
    script = """CREATE TABLE t(a CHECK (json_valid(a)), b AS (json_extract(a, '$.x')));
    CREATE INDEX i ON t(json_extract(a, '$.y')) WHERE json_extract(a, '$.z') > 1;"""
    found = tables(make(tmp_path / "x.db", script))["t"]
    assert [each.name for each in found.columns] == ["a", "b"]
    assert [(each.columns, each.predicate) for each in found.indexes] == [
        (("json_extract(a, '$.y')",), "json_extract(a, '$.z') > 1")
    ]


def test_views_over_what_sqlite_brings_are_not_broken(tmp_path: Path) -> None:
    script = """CREATE TABLE t(a); CREATE VIRTUAL TABLE f USING fts5(body);
    CREATE VIRTUAL TABLE r USING rtree(id, x, y); CREATE VIRTUAL TABLE words USING fts5vocab(f, row);
    CREATE VIEW each_ AS SELECT value FROM t, json_each(t.a);
    CREATE VIEW info AS SELECT name FROM pragma_table_info('t');
    CREATE VIEW master AS SELECT name FROM sqlite_schema; CREATE VIEW found AS SELECT body FROM f WHERE f MATCH 'x';
    CREATE VIEW boxes AS SELECT r.id, words.term FROM r, words;"""
    found = tables(make(tmp_path / "x.db", script))
    views = {
        name: [column.name for column in each.columns] for name, each in found.items() if each.table_type == "view"
    }
    assert views == {
        "boxes": ["id", "term"], "each_": ["value"], "found": ["body"], "info": ["name"], "master": ["name"],
    }  # fmt: skip
    assert not [name for name, each in found.items() if "broken" in each.properties]


def test_functions_and_collations_of_an_application_do_not_break_its_views(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "x.db")) as connection:
        connection.create_function("mine", 1, lambda value: value, deterministic=True)
        connection.create_collation("mine", lambda one, other: (one > other) - (one < other))
        connection.executescript(
            """CREATE TABLE t(a COLLATE mine PRIMARY KEY, b CHECK (mine(b) > 0), c AS (mine(a)));
            CREATE INDEX i ON t(mine(b)); CREATE VIEW v AS SELECT mine(a) AS x, b FROM t ORDER BY a COLLATE mine;"""
        )
    found = tables(tmp_path / "x.db")
    assert [column.name for column in found["v"].columns] == ["x", "b"]
    assert "broken" not in found["v"].properties
    assert (found["t"].columns[0].collation, found["t"].columns[2].generated) == ("mine", "mine(a)")


def test_a_schema_of_a_newer_version_is_said_to_be_one(tmp_path: Path) -> None:
    path = make(tmp_path / "x.db", "CREATE TABLE t(a)")
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            "PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = 'CREATE TABLE t(a) SHARDED'"
        )
    with pytest.raises(Fatal, match="does not understand the schema") as caught:
        tables(path)
    assert sqlite3.sqlite_version in caught.value.remedy


def test_the_parts_of_an_index(tmp_path: Path) -> None:
    script = """CREATE TABLE t(a TEXT COLLATE NOCASE, b, UNIQUE (b DESC));
    CREATE INDEX i ON t(a, b DESC, lower(a) COLLATE RTRIM) WHERE b IS NOT NULL;
    CREATE INDEX j ON t(a COLLATE BINARY, b); CREATE INDEX k ON t(a, b);"""
    one, two, three = tables(make(tmp_path / "x.db", script))["t"].indexes
    assert one.columns == ("a", "b", "lower(a) COLLATE RTRIM")
    assert [(key.order, key.collation) for key in one.keys] == [(None, None), ("desc", None), (None, "RTRIM")]
    assert [(key.name, key.collation) for key in two.keys] == [("a", "BINARY"), ("b", None)]
    assert (one.predicate, three.columns, three.keys) == ("b IS NOT NULL", ("a", "b"), ())


def test_what_constraints_do_in_a_conflict(tmp_path: Path) -> None:
    script = """CREATE TABLE t(id INTEGER PRIMARY KEY ON CONFLICT REPLACE, a CONSTRAINT nn NOT NULL ON CONFLICT IGNORE,
    b NOT NULL, c UNIQUE ON CONFLICT FAIL, d REFERENCES t DEFERRABLE INITIALLY DEFERRED);"""
    found = tables(make(tmp_path / "x.db", script))["t"].constraints
    assert {(str(each.kind), each.columns): (each.name, each.on_conflict) for each in found} == {
        ("primary_key", ("id",)): (None, "replace"),
        ("unique", ("c",)): (None, "fail"),
        ("not_null", ("a",)): ("nn", "ignore"),
        ("foreign_key", ("d",)): (None, None),
    }
    (key,) = [each for each in found if each.kind == "foreign_key"]
    assert (key.deferrable, key.initially_deferred) == (True, True)


def test_the_source_s_own_tables_only_when_asked(tmp_path: Path) -> None:
    script = "CREATE VIRTUAL TABLE f USING fts5(body); CREATE TABLE t(a INTEGER PRIMARY KEY AUTOINCREMENT); ANALYZE"
    path = make(tmp_path / "x.db", script)
    assert set(tables(path)) == {"f", "t"}
    shown = tables(path, MetadataExtract(system_schemas=True))
    assert {"f", "t", "f_data", "sqlite_sequence"} < set(shown)
    assert shown["sqlite_sequence"].table_type == shown["f_data"].table_type == "system"


def test_views_and_tables_have_filters_of_their_own(tmp_path: Path) -> None:
    path = make(tmp_path / "x.db", "CREATE TABLE t(a); CREATE VIEW v AS SELECT 1 AS x")
    assert set(tables(path, MetadataExtract.model_validate({"views": False}))) == {"t"}
    assert set(tables(path, MetadataExtract.model_validate({"tables": {"exclude": ["^t$"]}}))) == {"v"}


def test_a_url_names_the_file() -> None:
    assert SqliteConnection.from_url(urlsplit("sqlite:////data/a%20b.db")).path == "/data/a b.db"
    assert SqliteConnection.from_url(urlsplit("sqlite:///a.db")).path == "a.db"
    for wrong in ("sqlite://", "sqlite:///:memory:", "sqlite://host/a.db"):
        with pytest.raises(ValueError, match=r"file|path"):
            SqliteConnection.from_url(urlsplit(wrong))


def test_columns_are_what_sqlite_makes_of_them(tmp_path: Path) -> None:
    script = """CREATE TABLE rowid(id integer PRIMARY KEY, a ANY, b WEIRD);
    CREATE TABLE nulls(id TEXT PRIMARY KEY, a INTEGER); CREATE TABLE pair(a INTEGER, b INTEGER, PRIMARY KEY (a, b));"""
    found = tables(make(tmp_path / "x.db", script))
    assert [each.nullable for each in found["rowid"].columns] == [False, True, True]
    assert [each.type for each in found["rowid"].columns] == ["int", "other", "decimal"]
    assert [each.nullable for name in ("nulls", "pair") for each in found[name].columns] == [True] * 4
