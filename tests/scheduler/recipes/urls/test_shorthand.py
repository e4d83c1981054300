from urllib.parse import urlsplit

import pytest

from scheduler.app.catalog.catalog_place import find, named
from scheduler.recipes.urls.shorthand import public, service_name, translate


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("postgresql://me:pw@db.example.org:5432/shop", "db_example_org_shop"),
        ("postgresql://me@localhost/shop", "localhost_shop"),
        ("postgresql://db", "db"),
        ("postgresql://[::1]/shop", "1_shop"),
        ("postgresql:///shop?host=/run/pg", "shop"),
        ("sqlite:///data/my%20shop.v2.db", "my_shop_v2"),
        ("duckdb:////abs/ware house.duckdb", "ware_house"),
        ("sqlite:///caf\u00e9.db", "caf\u00e9"),
        ("mysql://", "mysql"),
    ],
)
def test_services_are_named_after_host_and_database(url: str, name: str) -> None:
    assert service_name(urlsplit(url)) == name


@pytest.mark.parametrize(
    "urls",
    [
        ("postgresql://db/shop", "postgresql://db:5433/shop", "mysql://db/shop", "mysql://db:3307/shop"),
        ("postgresql://db:5432/shop", "sqlalchemy+clickhouse://db/shop", "sqlalchemy+trino://db/shop"),
        ("sqlite:///shop.db", "duckdb:///shop.db"),
        ("postgresql:///shop", "postgresql:///shop?port=5433"),
    ],
)
def test_services_that_differ_have_names_that_differ(urls: tuple[str, ...]) -> None:
    names = [translate(url).data["service"]["name"] for url in urls]
    assert len(set(names)) == len(urls), names


def test_the_usual_port_says_nothing() -> None:
    names = {translate(url).data["service"]["name"] for url in ("postgresql://db/x", "postgresql://u@db:5432/x")}
    assert names == {"db_x"}


def test_what_people_see_of_a_url() -> None:
    assert public(urlsplit("postgresql://me:pw@db:5433/shop?sslkey=x")) == "postgresql://db:5433/shop"


def test_a_password_with_a_reference_in_it_is_taken_to_the_letter() -> None:
    found = translate("postgresql://me:%24%7Benv%3AX%7D@db/%24%7Benv%3AY%7D")
    assert found.secrets == {"password": "${env:X}"}
    assert found.data["connection"]["password"] == "${prompt:password}"
    assert found.data["connection"]["database"] == "$${env:Y}"


def test_catalog_urls() -> None:
    assert find("postgresql://h/d").url == "postgresql://h/d"
    assert find("some/file.db").url == "sqlite:///some/file.db"
    assert find("/abs/file.db").url == "sqlite:////abs/file.db"
    assert find(None).url.startswith("sqlite:////")


def test_follow_up_commands_never_show_a_password() -> None:
    assert named("postgresql://me:pw@h/d") == "postgresql://me:***@h/d"
    assert named("sqlite:///c.db") == "sqlite:///c.db"
    assert named(find(None).url) == ""
