"""References in URLs, and passwords that nobody wrote down."""

from __future__ import annotations

from typing import Any

import pytest

from scheduler.control.openings import untyped
from scheduler.recipes.loader import Loaded, load
from scheduler.recipes.passwords import typed
from scheduler.recipes.secrets.password import lacking
from scheduler.recipes.urls.shorthand import translate
from specs.errors import UsageError

ENV = {"U": "me", "PW": "p@ss/word", "HOST": "h9", "PORT": "5555", "DB": "shop"}


def nobody(name: str) -> str:
    raise AssertionError(f"asked for {name}")


@pytest.mark.parametrize(
    ("url", "type_", "name", "connection"),
    [
        ("postgresql://u:${env:PW}@h/db", "postgres", "h_db",
         {"host": "h", "database": "db", "username": "u", "password": "${env:PW}"}),
        ("postgresql://${env:U}:${file:/run/secrets/pw}@${env:HOST}:${env:PORT}/${env:DB}", "postgres", "HOST_PORT_DB",
         {"host": "${env:HOST}", "port": "${env:PORT}", "database": "${env:DB}", "username": "${env:U}",
          "password": "${file:/run/secrets/pw}"}),
        ("mysql://u:${prompt:pw}@h", "mysql", "mysql_h", {"host": "h", "username": "u", "password": "${prompt:pw}"}),
        ("mysql+pymysql://u:a${env:PW}b@h", "mysql", "mysql_h",
         {"host": "h", "username": "u", "password": "a${env:PW}b"}),
        ("postgresql://u:${env:PW}@h/db?sslmode=${env:MODE}", "postgres", "h_db", None),
        ("sqlite:///${env:DB}", "sqlite", "DB", {"path": "${env:DB}"}),
    ],
)  # fmt: skip
def test_references_stay_as_they_are_written(
    url: str, type_: str, name: str, connection: dict[str, Any] | None
) -> None:
    if connection is None:
        with pytest.raises(UsageError, match=r"\$\{env:MODE\}|sslmode"):
            translate(url)
        return
    found = translate(url)
    assert found.data == {"service": {"name": name, "type": type_}, "connection": connection}
    assert found.secrets == {}


def test_whoever_crawls_resolves_them() -> None:
    loaded = load("postgresql://${env:U}:${env:PW}@${env:HOST}:${env:PORT}/${env:DB}", nobody, env=ENV)
    assert loaded.config.endpoint() == "h9:5555/shop"
    assert loaded.config.password.get_secret_value() == "p@ss/word"  # type: ignore[attr-defined]
    assert loaded.recipe.connection["password"] == "${env:PW}"
    assert loaded.notices == []


def test_for_a_cluster_they_need_not_resolve_here() -> None:
    loaded = load("postgresql://u:${env:NOT_HERE}@db/shop", nobody, env={}, away=True)
    untyped(loaded.recipe)
    assert loaded.recipe.connection["password"] == "${env:NOT_HERE}"
    with pytest.raises(UsageError, match="workers get references only"):
        untyped(load("postgresql://u:s3cret@db/shop", nobody, env={}, away=True).recipe)


def test_a_plain_sign_is_written_twice() -> None:
    found = translate("postgresql://u:a$${b@h/db")
    assert found.secrets == {"password": "a${b"}


def test_mistakes_are_told_with_the_reference() -> None:
    with pytest.raises(UsageError) as caught:
        translate("postgresql://u:${env:PW}@${env:HOST}/db?nonsense=1")
    assert "nonsense" in str(caught.value)
    assert "5427" not in str(caught.value)
    with pytest.raises(UsageError, match="environment variable NONE is not set"):
        load("postgresql://u:${env:NONE}@h/db", nobody, env={})


@pytest.mark.parametrize("url", ["postgresql://u@h/db", "mysql://u@h/db", "postgresql://h/db"])
def test_the_variable_is_honoured_for_urls(url: str) -> None:
    loaded = load(url, nobody, env={"HEADRACE_PASSWORD": "pw"})
    assert loaded.secrets == {"password": "pw"}
    assert loaded.recipe.connection["password"] == "${prompt:password}"
    assert loaded.config.password.get_secret_value() == "pw"  # type: ignore[attr-defined]
    assert "password" not in load(url, nobody, env={}).recipe.connection


@pytest.mark.parametrize("url", ["sqlite:////tmp/x.db", "postgresql://u:${env:PW}@h/db", "postgresql://u:own@h/db"])
def test_it_does_not_replace_what_is_written_nor_reach_files(url: str) -> None:
    loaded = load(url, nobody, env={"HEADRACE_PASSWORD": "other", "PW": "mine"})
    assert "other" not in loaded.secrets.values()
    assert not lacking(loaded.config)


def test_a_source_that_refuses_us_without_a_password_is_asked_for(postgres_url: str, mariadb_url: str) -> None:
    asked: list[str] = []

    def person(name: str) -> str:
        asked.append(name)
        return "typed"

    refusing = mariadb_url.replace("mysql://", "").partition("@")[2]
    found: Loaded = typed(load(f"mysql://nobody_here@{refusing}", nobody, env={}), person)
    assert asked == ["password"]
    assert found.secrets == {"password": "typed"}
    assert found.recipe.connection["password"] == "${prompt:password}"
    typed(load(postgres_url, nobody, env={}), person)
    assert asked == ["password"], "who is let in is not asked"
