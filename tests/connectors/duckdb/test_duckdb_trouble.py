"""DuckDB files that are none, that somebody writes to, and what only DuckDB has."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import duckdb
import pytest

from connectors.duckdb.connection import DuckdbConnection
from connectors.duckdb.driver.driver import DuckdbDriver
from connectors.duckdb.metadata import DuckdbSource
from specs.config import Limits, MetadataExtract
from specs.entities.database.tables import Table
from specs.errors import Fatal, Skip
from specs.testing import harvest
from specs.topology.scope import Scope
from tests.connectors.duckdb.support import entities, make
from tests.patience import PATIENCE


@pytest.mark.parametrize(
    ("content", "reason"),
    [(None, "missing"), (b"", "empty"), (b"SQLite format 3\0" * 9, "not_a_database"), (b"\0" * 8 + b"DUCK" * 999, "")],
)
def test_what_is_no_database_says_so(tmp_path: Path, content: bytes | None, reason: str) -> None:
    path = tmp_path / "x.duckdb"
    if content is not None:
        path.write_bytes(content)
    source = DuckdbSource("s", DuckdbConnection(path=str(path)))
    with pytest.raises(Fatal) as caught:
        source.identity()
    source.close()
    assert str(path) in str(caught.value)
    assert caught.value.remedy
    assert not reason or caught.value.reason == reason
    assert path.exists() is (content is not None), "a database is never created"


def test_a_file_that_another_process_writes_to(tmp_path: Path) -> None:
    path = make(tmp_path / "x.duckdb", "CREATE TABLE t(a INT)")
    script = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", script, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"open\n"
        source = DuckdbSource("s", DuckdbConnection(path=str(path)))
        with pytest.raises(Fatal) as caught:
            source.identity()
        source.close()
        writer.communicate(b"", timeout=PATIENCE)
    assert caught.value.reason == "lock"
    assert "in use" in caught.value.what
    assert "close the process" in caught.value.remedy


def test_an_endless_statement_is_stopped(tmp_path: Path) -> None:
    driver = DuckdbDriver(str(make(tmp_path / "x.duckdb")), Limits(statement_timeout=0.3), lambda: None)
    with pytest.raises(duckdb.Error) as caught:
        driver.query("SELECT count(*) FROM range(100000000) a, range(100000000) b WHERE a.range % 7 = b.range % 11")
    found = driver.classify(caught.value)
    assert isinstance(found, Skip)
    assert found.reason == "timeout"
    assert driver.query("SELECT 1") == [(1,)]
    driver.close()


def test_views_over_files_do_not_make_the_crawl_read_them(tmp_path: Path) -> None:
    data = tmp_path / "data.csv"
    data.write_text("a,b\n1,x\n")
    path = make(tmp_path / "x.duckdb", f"CREATE VIEW v AS SELECT * FROM read_csv('{data}')")
    data.unlink()
    view = entities(path)["s.x.main.v"]
    assert [column.name for column in view.columns] == ["a", "b"]  # type: ignore[attr-defined]


def test_generated_columns_and_defaults_are_told_apart(tmp_path: Path) -> None:
    sql = 'CREATE TABLE t(a INT DEFAULT 42, "g h" INT GENERATED ALWAYS AS (a * 2), b VARCHAR)'
    table = entities(make(tmp_path / "x.duckdb", sql))["s.x.main.t"]
    plain, generated, none = table.columns  # type: ignore[attr-defined]
    assert (plain.default, plain.generated) == ("42", None)
    assert (generated.default, generated.generated_kind) == (None, "virtual")
    assert "a * 2" in generated.generated
    assert (none.default, none.generated) == (None, None)


def test_macros_are_told_apart_by_their_parameters(tmp_path: Path) -> None:
    path = make(tmp_path / "x.duckdb", "CREATE MACRO m(a) AS a, (a, b) AS a + b", "CREATE MACRO t(n) AS TABLE SELECT n")
    found = {fqn: entity for fqn, entity in entities(path).items() if "(" in fqn}
    assert sorted(found) == ["s.x.main.m(a)", "s.x.main.m(a, b)", "s.x.main.t(n)"]
    assert found["s.x.main.t(n)"].returns == "TABLE"  # type: ignore[attr-defined]
    without = MetadataExtract.model_validate({"stored_procedures": {"exclude": ["^m$"]}})
    assert [fqn for fqn in entities(path, without) if "(" in fqn] == ["s.x.main.t(n)"]


def test_a_url_names_the_file() -> None:
    assert DuckdbConnection.from_url(urlsplit("duckdb:////data/a%20b.duckdb")).path == "/data/a b.duckdb"
    with pytest.raises(ValueError, match="no file"):
        DuckdbConnection.from_url(urlsplit("duckdb:///:memory:"))


@pytest.mark.skipif(int(duckdb.__version__.split(".")[0]) < 2, reason="DuckDB 1 has no schemas inside schemas")
def test_schemas_inside_schemas_are_called_by_their_whole_path(tmp_path: Path) -> None:
    path = make(
        tmp_path / "x.duckdb",
        "CREATE SCHEMA b", "CREATE TABLE b.t(z INT)", "CREATE SEQUENCE b.s", "CREATE MACRO b.only_b(x) AS x",
        "CREATE VIEW b.v AS SELECT z FROM b.t",
        "CREATE SCHEMA a", "CREATE SCHEMA a.b", "CREATE TABLE a.b.t(x INT PRIMARY KEY)", "CREATE SEQUENCE a.b.s",
        "CREATE TABLE a.b.w(x INT REFERENCES t(x))", "CREATE TYPE a.b.e AS ENUM ('one')", "CREATE SCHEMA a.\"c.d\"",
        "CREATE TABLE a.\"c.d\".u(y INT)", "CREATE MACRO a.f(x) AS x",
        "CREATE VIEW a.b.v AS SELECT 1 AS p, 2 AS q", "CREATE TYPE b.e AS DECIMAL(7, 3)",
    )  # fmt: skip
    found = harvest.walk_units(lambda: DuckdbSource("s", DuckdbConnection(path=str(path))))
    assert sorted((type_, fqn) for type_, fqn, *_ in found.sent if type_ not in ("Service", "Database")) == [
        ("Schema", "s.x.\"a.\"\"c.d\"\"\""), ("Schema", 's.x."a.b"'), ("Schema", "s.x.a"), ("Schema", "s.x.b"),
        ("Schema", "s.x.main"), ("Sequence", 's.x."a.b".s'), ("Sequence", "s.x.b.s"), ("StoredProcedure", "s.x.a.f(x)"),
        ("Table", "s.x.\"a.\"\"c.d\"\"\".u"), ("Table", 's.x."a.b".t'), ("Table", 's.x."a.b".v'),
        ("Table", 's.x."a.b".w'), ("Table", "s.x.b.t"), ("Table", "s.x.b.v"), ("UserType", 's.x."a.b".e'),
        ("UserType", "s.x.b.e"),
    ]  # fmt: skip
    unclear = ("failed", "StoredProcedure", "ambiguous")
    assert sorted((kind, type_, reason, fqn) for kind, type_, fqn, reason in found.reported) == [
        (*unclear, 's.x."a.b".only_b(x)'), (*unclear, "s.x.b.only_b(x)")
    ]  # fmt: skip
    tables = entities(path)
    columns = {fqn: [each.name for each in table.columns] for fqn, table in tables.items() if isinstance(table, Table)}
    assert columns['s.x."a.b".t'] == ["x"]
    assert columns["s.x.b.t"] == ["z"]
    assert columns['s.x."a.b".v'] == ["p", "q"]
    assert columns["s.x.b.v"] == ["z"]
    source = DuckdbSource("s", DuckdbConnection(path=str(path)))
    assert source.exists("Schema", Scope.of("s", "x"), ["a.b", "b", "c"]) == {"a.b": "yes", "b": "yes", "c": "no"}
    assert source.exists("Table", Scope.of("s", "x", "a.b"), ["t", "z"]) == {"t": "yes", "z": "no"}
    source.close()
