"""URLs as hosting companies hand them out, and as they stand in other tools' settings."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from scheduler.recipes.loader import load
from scheduler.recipes.urls.shorthand import translate
from specs.errors import UsageError
from tests.scheduler.cli.commands.calling import called


@pytest.mark.parametrize(
    ("url", "type_", "connection", "ignored"),
    [
        (
            "postgresql://u@h/db?sslmode=require&channel_binding=require",
            "postgres",
            {"sslmode": "require", "libpq": {"channel_binding": "require"}},
            "",
        ),
        (
            "postgresql://u@h/db?connect_timeout=10&application_name=x",
            "postgres",
            {},
            "connect_timeout, application_name",
        ),
        ("postgres://u@h1:5432,h2:5433/db", "postgres", {"host": "h1:5432,h2:5433"}, ""),
        ("postgresql://u@h1,h2/db", "postgres", {"host": "h1:5432,h2:5432"}, ""),
        ("postgresql://u@[::1]:5433,h2/db", "postgres", {"host": "::1:5433,h2:5432"}, ""),
        ("postgresql+psycopg2://u@/db?host=h1:5432&host=h2:5433", "postgres", {"host": "h1:5432,h2:5433"}, ""),
        ("postgresql://u@/db?host=h1,h2&port=6432", "postgres", {"host": "h1:6432,h2:6432"}, ""),
        (
            "postgresql://u@h:5433/db?hostaddr=127.0.0.1",
            "postgres",
            {"port": 5433, "libpq": {"hostaddr": "127.0.0.1"}},
            "",
        ),
        (
            "postgresql://u@h/db?options=endpoint%3Dep-x-1&pgbouncer=true&schema=public",
            "postgres",
            {"libpq": {"options": "endpoint=ep-x-1"}},
            "pgbouncer, schema",
        ),
        (
            "postgresql+asyncpg://u@h/db?ssl=require&statement_cache_size=0",
            "postgres",
            {"sslmode": "require"},
            "statement_cache_size",
        ),
        (
            "jdbc:postgresql://h/db?ssl=true&ApplicationName=x&user=u",
            "postgres",
            {"sslmode": "require"},
            "ApplicationName",
        ),
        ("postgresql+psycopg2://u@h/db", "postgres", {}, ""),
        ("postgresql+pg8000://u@h/db", "postgres", {}, ""),
        ("mysql+pymysql://u@h/db?charset=utf8mb4", "mysql", {}, "charset"),
        ("mysql://u@h/db?ssl-mode=REQUIRED", "mysql", {"ssl_mode": "required"}, ""),
        (
            "mysql+mysqldb://u@h/db?ssl_mode=VERIFY_CA&connect_timeout=3",
            "mysql",
            {"ssl_mode": "verify_ca"},
            "connect_timeout",
        ),
        ("mysql+mysqlconnector://u@h/db?ssl_disabled=true", "mysql", {"ssl_mode": "disabled"}, ""),
        ("mysql://u@h/db?ssl=%7B%22rejectUnauthorized%22:true%7D", "mysql", {"ssl_mode": "verify_identity"}, ""),
        (
            "mysql://u@h/db?sslaccept=strict&connection_limit=5",
            "mysql",
            {"ssl_mode": "verify_identity"},
            "connection_limit",
        ),
        (
            "mysql+pymysql://u@h/db?ssl_ca=/ca.pem&ssl_verify_cert=true",
            "mysql",
            {"ssl_ca": "/ca.pem", "ssl_mode": "verify_ca"},
            "",
        ),
        (
            "jdbc:mysql://u@h/db?useSSL=true&serverTimezone=UTC&allowPublicKeyRetrieval=true",
            "mysql",
            {"ssl_mode": "required"},
            "serverTimezone, allowPublicKeyRetrieval",
        ),
        ("mariadb+mariadbconnector://u@h:3307/db", "mysql", {"port": 3307}, ""),
    ],
)
def test_urls(url: str, type_: str, connection: dict[str, Any], ignored: str) -> None:
    found = translate(url)
    common = {"host": "h", "database": "db", "username": "u"}
    assert found.data["service"]["type"] == type_
    assert found.data["connection"] == common | connection
    assert found.notices == ([f"ignored in the URL: {ignored}"] if ignored else [])


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://u:geheim-1@h/db?chanel_binding=require", "did you mean 'channel_binding'"),
        ("postgresql://u:geheim-1@h1:1,h2:x/db", "not a URL"),
        ("postgresql://u:geheim-1,7#x@h/db", "not a URL"),
        ("postgresql://u:77/geheim-1@h/db", "not a URL"),
        ("postgresql://u:geheim-1@h1,h2,h3/db?port=1,2", "3 hosts, but 2 ports"),
        ("mysql://u:geheim-1@h1,h2/db", "one host"),
        ("mysql://u:geheim-1@h/db?charsett=x", "did you mean 'charset'"),
        ("mysql+pymysql://u:geheim-1@h/db?ssl=perhaps", "should be true or false"),
    ],
)
def test_what_is_refused_says_why_without_the_password(url: str, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        translate(url)
    assert words in str(caught.value)
    assert "geheim" not in str(caught.value)


def test_other_dialects_and_drivers_keep_the_generic_connector() -> None:
    for url in ("sqlite+turso:///x.db", "sqlite+libsql:///x.db", "redshift+psycopg2://u@h/d", "mysql+pyodbc://u@h/d"):
        assert translate(url).data["service"]["type"] == "sqlalchemy"


def test_the_key_password_is_a_secret() -> None:
    found = load("postgresql://u:a@h/db?sslkey=/k.pem&sslpassword=geheim-2", lambda name: name)
    assert "geheim-2" not in str(found.recipe.to_dict())
    assert found.secrets == {"password": "a", "sslpassword": "geheim-2"}


@pytest.mark.server
@pytest.mark.parametrize("scheme", ["postgresql+psycopg2", "postgresql+asyncpg"])
def test_a_server_of_several_hosts_is_reached_with_parameters_of_others(scheme: str, postgres_url: str) -> None:
    rest = postgres_url.partition("://")[2]
    joint = "&" if "?" in rest else "?"
    more = "connect_timeout=3&channel_binding=prefer&options=-c%20geqo%3Doff&target_session_attrs=any"
    done = called("check", f"{scheme}://{rest}{joint}{more}", "--json")
    assert done.code == 0, done
    assert "ignored in the URL: connect_timeout" in done.err


@pytest.mark.server
def test_the_spelling_of_sqlalchemy_reaches_the_own_connector(mariadb_database: str) -> None:
    done = called("check", mariadb_database.replace("mysql://", "mysql+pymysql://") + "?charset=utf8mb4", "--json")
    assert [step["ok"] for step in done.json["steps"]][:3] == [True] * 3, done
    assert done.json["steps"][1]["evidence"].startswith("mariadb:")
    assert "ignored in the URL: charset" in done.err


@pytest.mark.parametrize(
    ("url", "ignored"),
    [
        ("sqlite:///{path}", ""),
        ("sqlite+pysqlite:///{path}?check_same_thread=false&timeout=5", "check_same_thread, timeout"),
        ("sqlite:///file:{path}?mode=ro&uri=true", "mode, uri"),
        ("sqlite+aiosqlite:///{path}", ""),
    ],
)
def test_sqlite_in_the_spelling_of_sqlalchemy(url: str, ignored: str, tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    sqlite3.connect(path).close()
    found = translate(url.format(path=path))
    assert found.data["service"]["type"] == "sqlite"
    assert found.data["connection"] == {"path": str(path)}
    assert found.notices == ([f"ignored in the URL: {ignored}"] if ignored else [])


@pytest.mark.parametrize("scheme", ["sqlite", "duckdb"])
def test_a_parameter_of_a_file_that_nobody_knows_is_refused(scheme: str) -> None:
    with pytest.raises(UsageError, match="unknown parameter 'key'") as caught:
        translate(f"{scheme}:///x.db?key=geheim-3")
    assert "geheim" not in str(caught.value)


def test_a_recipe_of_the_generic_connector_names_the_one_that_reads_more(tmp_path: Path) -> None:
    recipe = tmp_path / "r.yml"
    recipe.write_text('service: {name: s, type: sqlalchemy}\nconnection: {url: "postgresql+psycopg2://u@h/d"}\n')
    found = load(str(recipe), lambda name: name)
    assert found.notices == ["connection.url: the connector 'postgres' reads more of this server: type: postgres"]
