"""The servers of the tests themselves: they answer, every version is here once, databases come and go."""

from __future__ import annotations

import psycopg
import pymysql
import pytest

from tests.servers import mariadb, postgres
from tests.servers.process import Unavailable, private_folder, run


def test_every_installed_postgres_answers_in_its_own_version(postgres_servers: list[tuple[int, str]]) -> None:
    for major, url in postgres_servers:
        with psycopg.connect(url) as connection:
            assert connection.info.server_version // 10000 == major


def test_a_fresh_postgres_database_is_empty_and_in_c_order(postgres_database: str) -> None:
    with psycopg.connect(postgres_database) as connection:
        names = connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        ).fetchall()
        encoding = connection.execute("SHOW server_encoding").fetchone()
    assert names == []
    assert encoding == ("UTF8",)


def test_a_wrong_postgres_password_is_refused(postgres_database: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(postgres_database, password="wrong")


def test_a_fresh_mariadb_database_answers(mariadb_database: str) -> None:
    with mariadb.connect(mariadb_database) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT DATABASE(), @@character_set_database")
        assert cursor.fetchone() == (mariadb_database.rsplit("/", 1)[1], "utf8mb4")


def test_a_wrong_mariadb_password_is_refused(mariadb_database: str) -> None:
    with pytest.raises(pymysql.OperationalError, match="Access denied"):
        mariadb.connect(mariadb_database.replace(":headrace@", ":wrong@"))


def test_a_stopped_server_leaves_nothing_behind() -> None:
    if not postgres.installed():
        pytest.skip(postgres.NEEDED)
    server = postgres.PostgresServer(postgres.installed()[0])
    folder = server.process.folder
    assert folder.is_dir()
    server.stop()
    assert not folder.exists()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(server.url, connect_timeout=2)


def test_a_step_that_fails_says_which_and_why() -> None:
    folder = private_folder("hr-none-", None)
    with pytest.raises(Unavailable, match=r"false ended with 1"):
        run(["false"], folder, None)
    with pytest.raises(Unavailable, match="no-such-program"):
        run(["no-such-program"], folder, None)
    folder.rmdir()
