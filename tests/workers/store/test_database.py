"""The database of ledger and catalog: opened, created, migrated, refused; and what its failures turn into."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import takewhile
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from specs import sql_files
from specs.errors import Fatal, HeadraceError, Retry, UsageError
from workers.store import named_sql
from workers.store.database import SqlDatabase, open_database
from workers.store.database_errors import translate
from workers.store.migrations.rooms import ROOMS
from workers.store.migrations.version import head, stored
from workers.store.sqlite.address import address


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "deeper" / "catalog.db"


@pytest.fixture
def db(file: Path) -> Iterator[SqlDatabase]:
    db = open_database(f"sqlite:///{file}")
    yield db
    db.close()


def tables(db: SqlDatabase) -> dict[str, str]:
    with db.read() as conn:
        rows = conn.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").all()
    return {row.name: row.sql for row in rows}


def test_a_new_database_is_created_with_its_folder(db: SqlDatabase, file: Path) -> None:
    assert file.is_file()
    with db.read() as conn:
        assert stored(conn) == head()
        assert conn.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert conn.exec_driver_sql("PRAGMA page_size").scalar() == 8192
    assert {"runs", "units", "entities"} <= tables(db).keys()


def test_many_may_open_a_new_database_at_once(file: Path) -> None:
    def opened(_: int) -> str | None:
        db = open_database(f"sqlite:///{file}")
        with db.read() as conn:
            version = stored(conn)
        db.close()
        return version

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(opened, range(8))) == [head()] * 8


def test_a_newer_version_is_refused(db: SqlDatabase, file: Path) -> None:
    with db.write() as conn:
        conn.exec_driver_sql("UPDATE alembic_version SET version_num = '0999'")
    with pytest.raises(UsageError, match=f"0999.*{head()}.*install the newer"):
        open_database(f"sqlite:///{file}")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nonsense", "sqlite:///catalog.db"),
        ("oracle://db/x", "sqlite:///catalog.db"),
        ("sqlite:////", "folder"),
        ("sqlite:////proc/none/catalog.db", "cannot be made"),
        ("sqlite://host/catalog.db", "sqlite:///catalog.db"),
    ],
)
def test_a_url_of_no_use_is_refused(url: str, words: str) -> None:
    with pytest.raises(Fatal, match=words):
        open_database(url)


def test_a_missing_database_is_not_created_by_readers(file: Path) -> None:
    with pytest.raises(UsageError, match="no catalog here yet"):
        open_database(f"sqlite:///{file}", create=False)
    assert not file.parent.exists()


def test_an_empty_file_holds_no_catalog_for_readers(tmp_path: Path) -> None:
    (tmp_path / "empty.db").touch()
    with pytest.raises(UsageError, match="holds no catalog"):
        open_database(f"sqlite:///{tmp_path}/empty.db", create=False)


def test_a_file_that_is_none_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("these are notes, not a database\n" * 100)
    with pytest.raises(UsageError, match="no SQLite database"):
        open_database(f"sqlite:///{tmp_path}/notes.txt")
    assert (tmp_path / "notes.txt").read_text().startswith("these are notes")


@pytest.mark.parametrize(
    ("url", "file"),
    [
        ("sqlite:///data/a.db", "data/a.db"),
        ("sqlite:////data/a.db", "/data/a.db"),
        ("sqlite:///file:/data/a%20b.db?mode=ro&uri=true", "/data/a b.db"),
        ("sqlite:///file:///data/a.db?uri=true", "/data/a.db"),
        ("sqlite:///file:a.db?uri=true", "a.db"),
        ("sqlite:///file:a.db", "file:a.db"),
        ("sqlite://", None),
        ("sqlite:///:memory:", None),
        ("sqlite:///file::memory:?cache=shared&uri=true", None),
        ("sqlite:///file:shared?mode=memory&cache=shared&uri=true", None),
    ],
)
def test_the_file_of_an_sqlite_url(url: str, file: str | None) -> None:
    found = address(url)
    assert found is not None
    assert found.file == (None if file is None else Path(file))
    assert str(found) == make_url(url).render_as_string()


def test_a_file_uri_makes_the_folder_that_it_names_and_no_other(tmp_path: Path) -> None:
    before = set(Path.cwd().iterdir())
    open_database(f"sqlite:///file:{tmp_path}/new/catalog.db?uri=true").close()
    assert (tmp_path / "new" / "catalog.db").is_file()
    with pytest.raises(Fatal):
        open_database(f"sqlite:///file:{tmp_path}/other/catalog.db?mode=ro&uri=true")
    assert not (tmp_path / "other").exists()
    assert set(Path.cwd().iterdir()) == before


def test_a_read_only_file_can_be_read_but_not_written(db: SqlDatabase, file: Path) -> None:
    frozen = open_database(f"sqlite:///file:{file}?mode=ro&uri=true")
    with frozen.read() as conn:
        assert stored(conn) == head()
    with pytest.raises(Fatal, match="cannot be written"), frozen.write() as conn:
        conn.exec_driver_sql("DELETE FROM runs")
    frozen.close()


def test_a_full_disk_is_fatal_and_loses_nothing(db: SqlDatabase) -> None:
    def fill(n: int) -> None:
        with db.write() as conn:
            conn.exec_driver_sql(
                "INSERT INTO services (service, type) VALUES (:name, :text)",
                [{"name": f"s{i}", "text": "x" * 4000} for i in range(n)],
            )

    with db.read() as conn:
        pages = conn.exec_driver_sql("PRAGMA page_count").scalar() or 0
        conn.exec_driver_sql(f"PRAGMA max_page_count = {pages + 4}")
    with pytest.raises(Fatal, match=r"disk is full.*free space"):
        fill(100)
    with db.read() as conn:
        assert conn.exec_driver_sql("SELECT count(*) FROM services").scalar() == 0
        conn.exec_driver_sql("PRAGMA max_page_count = 1000000")
    fill(100)


def test_a_held_lock_is_worth_another_try(db: SqlDatabase, file: Path) -> None:
    with db.read() as conn:
        conn.exec_driver_sql("PRAGMA busy_timeout = 50")
    other = open_database(f"sqlite:///{file}")
    with other.write(), pytest.raises(Retry, match="write lock"), db.write():
        pass
    other.close()


def test_what_fails_half_way_is_undone(db: SqlDatabase) -> None:
    def fails() -> None:
        with db.write() as conn:
            conn.exec_driver_sql("INSERT INTO services (service, type) VALUES ('a', 'b')")
            raise KeyError("x")

    with pytest.raises(KeyError):
        fails()
    with db.read() as conn:
        assert conn.exec_driver_sql("SELECT count(*) FROM services").scalar() == 0


def test_a_reader_sees_one_snapshot_and_does_not_wait_for_the_writer(db: SqlDatabase) -> None:
    count = "SELECT count(*) FROM services"
    with db.read() as reader:
        assert reader.exec_driver_sql(count).scalar() == 0
        with db.write() as writer:
            writer.exec_driver_sql("INSERT INTO services (service, type) VALUES ('a', 'b')")
        assert reader.exec_driver_sql(count).scalar() == 0
    with db.read() as reader:
        assert reader.exec_driver_sql(count).scalar() == 1


class ServerError(Exception):
    """What a driver raises: text and an SQLSTATE."""

    def __init__(self, text: str, sqlstate: str | None = None) -> None:
        super().__init__(text)
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (ServerError("x", "53100"), Fatal, "disk is full"),
        (ServerError("x", "53300"), Retry, "out of resources"),
        (ServerError("x", "28P01"), Fatal, "refused user or password"),
        (ServerError("x", "25006"), Fatal, "read-only"),
        (ServerError("x", "40P01"), Retry, "collided"),
        (ServerError("x", "57P01"), Retry, "shutting down"),
        (ServerError("connection failed: password authentication failed"), Fatal, "refused user or password"),
        (ServerError('connection failed: database "x" does not exist'), Fatal, "create it"),
        (ServerError("connection refused"), Retry, "cannot be reached"),
        (ServerError("database disk image is malformed"), Fatal, "damaged"),
    ],
)
def test_errors_tell_what_to_do_next(error: ServerError, kind: type[HeadraceError], words: str) -> None:
    told = translate(DBAPIError("SELECT 1", {}, error), "postgresql://db/x")
    assert type(told) is kind
    assert words in str(told)


def test_an_error_of_ours_is_not_hidden() -> None:
    assert translate(DBAPIError("SELECT 1", {}, ServerError("syntax error", "42601")), "") is None
    assert translate(DBAPIError("SELECT 1", {}, ServerError("no such table: x")), "") is None


def test_queries_are_split_and_written_for_the_driver() -> None:
    found = sql_files.parse("-- name: a\nSELECT 1;\n\n-- name: b\nSELECT :x::text WHERE y LIKE '%z'")
    assert found == {"a": "SELECT 1", "b": "SELECT :x::text WHERE y LIKE '%z'"}
    assert named_sql.driver(found["b"], "postgresql") == "SELECT %(x)s::text WHERE y LIKE '%%z'"
    with pytest.raises(ValueError, match="'a' is used twice"):
        sql_files.parse("-- name: a\nSELECT 1;\n-- name: a\nSELECT 2;")


@pytest.mark.parametrize("package", ROOMS)
def test_both_dialects_have_the_same_tables(package: str) -> None:
    def columns(dialect: str) -> dict[str, list[str]]:
        found = {}
        for statement in named_sql.schema(package, dialect):
            lines = [line.split() for line in statement.splitlines() if line.strip() and line.split()[0] != "--"]
            if lines and lines[0][:2] == ["CREATE", "TABLE"]:
                inner = takewhile(lambda words: not words or words[0][0] != ")", lines[1:])  # storage options follow
                found[lines[0][2]] = [words[0] for words in inner if words]
        return found

    if package != "workers.catalog":
        assert columns("sqlite") == columns("postgresql")
    assert columns("sqlite")


# -- PostgreSQL ---------------------------------------------------------------------------------------------------
@pytest.mark.server
def test_postgresql_is_created_once_and_refused_when_newer(postgres_database: str) -> None:
    def opened(_: int) -> str | None:
        db = open_database(postgres_database)
        with db.read() as conn:
            version = stored(conn)
        db.close()
        return version

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(opened, range(3))) == [head()] * 3
    with psycopg.connect(postgres_database) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0999'")
    with pytest.raises(UsageError, match="0999"):
        open_database(postgres_database)


@pytest.mark.server
def test_an_older_postgresql_database_is_migrated(postgres_database: str) -> None:
    with psycopg.connect(postgres_database) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
    db = open_database(postgres_database)
    with db.read() as conn:
        assert stored(conn) == head()
        assert conn.exec_driver_sql("SELECT count(*) FROM units").scalar() == 0
    db.close()


@pytest.mark.server
def test_a_lost_connection_is_worth_another_try(postgres_database: str) -> None:
    db = open_database(postgres_database)
    kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'headrace'"
    with psycopg.connect(postgres_database, autocommit=True) as connection:
        connection.execute(kill)
    with pytest.raises(Retry), db.read() as conn:
        conn.exec_driver_sql("SELECT 1")
    with db.read() as conn:
        assert conn.exec_driver_sql("SELECT 1").scalar() == 1
    db.close()


def test_an_unreachable_server_is_named_without_its_password() -> None:
    with pytest.raises(Fatal, match="cannot be reached") as caught:
        open_database("postgresql://crawler:secret@127.0.0.1:9/catalog")
    assert "secret" not in str(caught.value)
