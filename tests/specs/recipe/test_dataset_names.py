"""What OpenLineage calls the datasets of a service, by its recipe."""

from __future__ import annotations

from typing import Any

import pytest

from specs.recipe.dataset_names import DatasetNames, namespace_of


def recipe(type_: str, **connection: Any) -> dict[str, Any]:
    return {"service": {"name": "shop", "type": type_}, "connection": connection}


@pytest.mark.parametrize(
    ("given", "namespace"),
    [
        (recipe("postgres", host="db", port=6432, password="${env:PW}"), "postgres://db:6432"),
        (recipe("postgres"), "postgres://localhost:5432"),
        (recipe("postgres", host="::1"), "postgres://[::1]:5432"),
        (recipe("postgres", host="/var/run/postgresql"), None),
        (recipe("postgres", host="h1:5432,h2:5433"), None),
        (recipe("postgres", host="${env:DB_HOST}"), None),
        (recipe("postgres", port="${env:DB_PORT}"), None),
        (recipe("mysql", host="db"), "mysql://db:3306"),
        (recipe("mysql", unix_socket="/run/mysqld.sock"), None),
        (recipe("sqlite", path="own.db"), None),
        (recipe("sqlalchemy", url="oracle+oracledb://me@db/XE", password="${prompt:password}"), "oracle://db:1521"),
        (recipe("sqlalchemy", url="mssql+pymssql://me@db:1434/shop"), "mssql://db:1434"),
        (recipe("sqlalchemy", url="postgresql+pg8000://me:${env:PW}@db/shop"), "postgres://db:5432"),
        (recipe("sqlalchemy", url="mysql+pymysql://me@${env:DB_HOST}/shop"), None),
        (recipe("sqlalchemy", url="trino://me@db:${env:PORT}/hive"), None),
        (recipe("sqlalchemy", url="sqlite:///own.db"), None),
        (recipe("nobody_has_this"), None),
    ],
)
def test_the_server_of_a_recipe(given: dict[str, Any], namespace: str | None) -> None:
    assert namespace_of(given["service"]["type"], given) == namespace


def test_a_service_is_asked_for_once_and_may_have_no_namespace() -> None:
    asked: list[str] = []

    def namespace(service: str) -> str | None:
        asked.append(service)
        return {"shop": "mysql://db:3306"}.get(service)

    made = DatasetNames(namespace)
    assert [made.of(f"shop.def.s.{name}") for name in "ab"] == [("mysql://db:3306", "s.a"), ("mysql://db:3306", "s.b")]
    assert made.of("own.main.main.t") == ("headrace://own", "main.main.t")
    assert asked == ["shop", "own"]
