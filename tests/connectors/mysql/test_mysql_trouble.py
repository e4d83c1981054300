"""MariaDB in trouble: busy tables, lost connections, slow statements, rights taken away."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pymysql
import pytest

from connectors.mysql.connection.config import MysqlConnection
from connectors.mysql.driver.driver import MysqlDriver
from connectors.mysql.metadata import MysqlSource
from specs.config import Limits, MetadataExtract
from specs.errors import Fatal, Retry, Skip
from specs.testing import harvest
from specs.topology.node import Item, Outcome
from specs.topology.read_mode import ReadMode
from specs.topology.scope import EVERYTHING, Scope
from tests.patience import PATIENCE
from tests.servers.mariadb import connect

pytestmark = pytest.mark.server


def source(url: str, slice_: int = 1000, **limits: float) -> MysqlSource:
    config = MysqlConnection.from_url(urlsplit(url))
    return MysqlSource("s", config, limits=Limits.model_validate(limits), reading=ReadMode(slice=slice_))


def schema(url: str) -> Scope:
    return Scope.of("s", "def", urlsplit(url).path.strip("/"))


@pytest.fixture
def admin(mariadb_database: str) -> Iterator[pymysql.cursors.Cursor]:
    with connect(mariadb_database) as connection, connection.cursor() as cursor:
        for number in range(6):
            cursor.execute(f"CREATE TABLE t{number} (a int PRIMARY KEY, b int)")
        yield cursor


def test_a_table_that_is_being_made_is_one_failed_outcome(admin: pymysql.cursors.Cursor, mariadb_database: str) -> None:
    def make() -> None:
        with contextlib.suppress(pymysql.MySQLError), connect(mariadb_database) as other, other.cursor() as cursor:
            threads.append(other.thread_id())
            cursor.execute("CREATE TABLE busy AS SELECT SLEEP(30) AS a")

    threads: list[int] = []
    maker = threading.Thread(target=make)
    maker.start()
    try:
        deadline = time.monotonic() + 5
        while not admin.execute("SHOW TABLES LIKE 'busy'") and time.monotonic() < deadline:
            time.sleep(0.05)
        reading = source(mariadb_database, lock_timeout=1.0)
        produced = list(reading.tables(schema(mariadb_database), EVERYTHING))
        reading.close()
    finally:
        admin.execute(f"KILL {threads[0]}")
        maker.join(PATIENCE)
    kept = [each.name for each in produced if isinstance(each, Item)]
    assert kept == [f"t{number}" for number in range(6)]
    (failed,) = [each for each in produced if isinstance(each, Outcome)]
    assert (failed.kind, failed.reason, failed.key) == ("failed", "lock", "busy")


def test_a_table_locked_for_writing_is_read_all_the_same(admin: pymysql.cursors.Cursor, mariadb_database: str) -> None:
    admin.execute("LOCK TABLES t3 WRITE")
    reading = source(mariadb_database, lock_timeout=1.0)
    produced = list(reading.tables(schema(mariadb_database), EVERYTHING))
    reading.close()
    admin.execute("UNLOCK TABLES")
    assert [each.key for each in produced if isinstance(each, Item)] == [f"t{number}" for number in range(6)]


def test_a_table_dropped_in_mid_listing_is_gone(admin: pymysql.cursors.Cursor, mariadb_database: str) -> None:
    reading = source(mariadb_database, slice_=1)
    produced = reading.tables(schema(mariadb_database), EVERYTHING)
    first = next(produced)
    admin.execute("DROP TABLE t4")
    rest = list(produced)
    reading.close()
    assert first.key == "t0"
    assert [(each.kind, each.key) for each in rest if isinstance(each, Outcome)] == [("gone", "t4")]


def test_a_killed_connection_is_a_retry_and_the_next_try_works(
    admin: pymysql.cursors.Cursor, mariadb_database: str
) -> None:
    reading = source(mariadb_database, slice_=1)
    produced = reading.tables(schema(mariadb_database), EVERYTHING)
    seen = [next(produced).key, next(produced).key]
    assert reading.driver._connection is not None
    admin.execute(f"KILL CONNECTION {reading.driver._connection.thread_id()}")
    with pytest.raises(Retry):
        list(produced)
    again = [each.key for each in reading.tables(schema(mariadb_database), EVERYTHING.resume(seen[-1]))]
    reading.close()
    assert seen + again == [f"t{number}" for number in range(6)]


def test_a_slow_statement_is_stopped_by_the_server(mariadb_url: str) -> None:
    driver = MysqlDriver(MysqlConnection.from_url(urlsplit(mariadb_url)), Limits(statement_timeout=0.3), lambda: None)
    with pytest.raises(Skip) as caught:
        driver.fetch("SELECT SLEEP(20)")
    assert caught.value.reason == "timeout"
    assert driver.fetch("SELECT 1") == [(1,)]
    driver.close()


def test_cancel_kills_the_statement_that_runs(mariadb_url: str) -> None:
    driver = MysqlDriver(MysqlConnection.from_url(urlsplit(mariadb_url)), Limits(), lambda: None)
    driver.open()
    timer = threading.Timer(0.3, driver.cancel)
    timer.start()
    with contextlib.suppress(Retry):  # MariaDB lets a killed SLEEP return 1 instead, and 0 one that slept to its end
        assert driver.fetch("SELECT SLEEP(20)") == [(1,)]
    timer.join()
    driver.close()


def test_a_server_that_says_nothing_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        config = MysqlConnection(host="127.0.0.1", port=silent.getsockname()[1], username="u")
        driver = MysqlDriver(config, Limits(connect_timeout=0.5), lambda: None)
        with pytest.raises(Retry):
            driver.fetch("SELECT 1")


def test_a_wrong_password_is_fatal_and_stays_secret(mariadb_url: str) -> None:
    url = urlsplit(mariadb_url)
    config = MysqlConnection(host="127.0.0.1", port=url.port or 0, username="headrace", password="wrong-secret")  # type: ignore[arg-type]
    with pytest.raises(Fatal) as caught:
        MysqlSource("s", config).identity()
    assert caught.value.reason == "denied"
    assert "wrong-secret" not in str(caught.value)


def test_a_server_without_tls_is_told_when_tls_is_required(mariadb_url: str) -> None:
    with connect(mariadb_url) as connection, connection.cursor() as cursor:
        cursor.execute("SHOW VARIABLES LIKE 'have_ssl'")
        if cursor.fetchone() == ("have_ssl", "YES"):
            pytest.skip("this MariaDB offers TLS")
    config = MysqlConnection.from_url(urlsplit(mariadb_url + "?ssl_mode=required"))
    with pytest.raises(Fatal) as caught:
        MysqlSource("s", config).identity()
    assert caught.value.reason == "tls"
    assert "ssl_mode" in caught.value.remedy


def test_rights_taken_away_change_the_fingerprint(admin: pymysql.cursors.Cursor, mariadb_database: str) -> None:
    url = urlsplit(mariadb_database)
    name = url.path.strip("/")
    admin.execute("CREATE OR REPLACE USER narrow@'%' IDENTIFIED BY 'narrow-secret'")
    admin.execute(f"GRANT SELECT ON `{name}`.t1 TO narrow@'%'")
    admin.execute(f"GRANT SELECT ON `{name}`.t2 TO narrow@'%'")
    narrow = mariadb_database.replace("headrace:headrace", "narrow:narrow-secret")

    def look() -> tuple[list[str], str | None]:
        reading = source(narrow)
        try:
            found = [each.key for each in reading.tables(schema(narrow), EVERYTHING)]
            return found, reading.fingerprint(reading.root)
        finally:
            reading.close()

    before = look()
    assert before[0] == ["t1", "t2"]
    assert look() == before
    admin.execute("ALTER USER narrow@'%' IDENTIFIED BY 'other-secret'")
    narrow = narrow.replace("narrow-secret", "other-secret")
    assert look() == before, "a new password is no new right"
    admin.execute(f"REVOKE SELECT ON `{name}`.t2 FROM narrow@'%'")
    after = look()
    assert after[0] == ["t1"]
    assert after[1] != before[1]
    admin.execute("DROP USER narrow@'%'")


def test_a_missing_right_is_told_with_its_grant(admin: pymysql.cursors.Cursor, mariadb_database: str) -> None:
    admin.execute("CREATE VIEW v AS SELECT a FROM t0")
    admin.execute("CREATE OR REPLACE USER blind@'%' IDENTIFIED BY 'blind-secret'")
    admin.execute(f"GRANT SELECT ON `{schema(mariadb_database).name}`.* TO blind@'%'")
    reading = source(mariadb_database.replace("headrace:headrace", "blind:blind-secret"))
    steps = {step.name: step for step in reading.check()}
    reading.close()
    admin.execute("DROP USER blind@'%'")
    step = steps["read view definitions"]
    assert not step.ok
    assert "GRANT SHOW VIEW" in step.remedy
    assert "'blind'@'%'" in step.remedy


def test_many_small_schemas_cost_as_many_statements_as_one(mariadb_url: str) -> None:
    with connect(mariadb_url) as connection, connection.cursor() as cursor:
        for tenant in range(12):
            cursor.execute(f"CREATE OR REPLACE DATABASE tenant_{tenant:02}")
            for table in ("Orders", "customers", "items"):
                cursor.execute(f"CREATE TABLE tenant_{tenant:02}.{table} (a int PRIMARY KEY)")
        config = MysqlConnection.from_url(urlsplit(mariadb_url))
        extract = MetadataExtract.model_validate({"schemas": {"include": ["^tenant_"]}})
        sources = []

        def build() -> MysqlSource:
            sources.append(MysqlSource("s", config, extract))
            return sources[-1]

        found = harvest.entities(build)
        for tenant in range(12):
            cursor.execute(f"DROP DATABASE tenant_{tenant:02}")
    assert sum(event.entity.type_name() == "Table" for event in found) == 36
    names = 4  # schemas, sequences, tables, routines
    assert sources[0].statements == 5 + names + sources[0].facets("table") - 2  # to connect; no view, no trigger
