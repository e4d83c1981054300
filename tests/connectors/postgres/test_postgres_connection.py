"""URLs, parameters and secrets."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from pydantic import ValidationError

from connectors.postgres.connection.config import PostgresConnection
from specs.registry import load


def config(url: str) -> PostgresConnection:
    return PostgresConnection.from_url(urlsplit(url))


@pytest.mark.parametrize(
    ("url", "host", "port", "database", "username"),
    [
        ("postgresql://me@db.example:5433/shop", "db.example", 5433, "shop", "me"),
        ("postgres://db/shop", "db", 5432, "shop", None),
        ("postgresql://db", "db", 5432, None, None),
        ("postgresql:///shop?host=/var/run/postgresql&port=5434", "/var/run/postgresql", 5434, "shop", None),
        ("postgresql://m%40e:p%2Fw@%2Ftmp/sh%20op", "/tmp", 5432, "sh op", "m@e"),
        ("postgresql://[::1]:5432/x", "::1", 5432, "x", None),
    ],
)
def test_urls(url: str, host: str, port: int, database: str | None, username: str | None) -> None:
    found = config(url)
    assert (found.host, found.port, found.database, found.username) == (host, port, database, username)


def test_passwords_are_kept_secret() -> None:
    found = config("postgresql://me:t0ps3cret@db/shop?sslmode=require")
    assert found.parameters()["password"] == "t0ps3cret"
    assert found.sslmode == "require"
    assert "t0ps3cret" not in f"{found!r} {found.endpoint()} {found.model_dump_json()}"
    assert found.endpoint() == "db:5432/shop"


def test_unknown_parameters_are_refused() -> None:
    with pytest.raises(ValueError, match=r"unknown parameter 'sslmod'.*sslmode"):
        config("postgresql://db/shop?sslmod=require")
    with pytest.raises(ValidationError):
        config("postgresql://db/shop?sslmode=perhaps")
    with pytest.raises(ValidationError):
        PostgresConnection.model_validate({"hots": "db"})


def test_the_registry_finds_it() -> None:
    found = load("postgres")
    assert found.schemes == PostgresConnection.schemes
    assert found.config_class() is PostgresConnection
    assert found.part("metadata_source_class").service_type == "postgres"
