"""What took another's name, or became a part of something else, is not what was there before."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from scheduler.app.runs.crawl import crawl
from scheduler.app.runs.summary import Summary
from specs.recipe.recipe import Recipe
from tests.connectors.postgres.support import session
from workers.catalog import Catalog
from workers.store.database import open_database

pytestmark = pytest.mark.server

Crawl = Callable[..., Summary]


@pytest.fixture
def catalog(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'catalog.db'}"


@pytest.fixture
def again(each_postgres_database: str, catalog: str) -> Crawl:
    """Crawl the database once more, with these settings of ``extract.metadata``."""
    url = urlsplit(each_postgres_database)

    def run(**metadata: Any) -> Summary:
        connection = {
            "host": url.hostname, "port": url.port, "database": url.path[1:],
            "username": url.username, "password": url.password,
        }  # fmt: skip
        service = {"name": "shop", "type": "postgres"}
        given = {"service": service, "connection": connection, "extract": {"metadata": metadata}}
        summary = crawl(Recipe.from_dict(given), catalog=catalog)
        assert summary.status == "complete", summary
        assert summary.reconciles, summary
        return summary

    return run


def live(catalog: str) -> set[str]:
    """Types and names of what is live, but for its containers."""
    db = open_database(catalog)
    try:
        entities = [json.loads(line) for line in Catalog(db).export()]
    finally:
        db.close()
    found = {f"{each['type']} {each['name']}" for each in entities if each.get("state", "live") == "live"}
    return {each for each in found if not each.startswith(("Service", "Database", "Schema"))}


def test_types_that_relations_of_their_names_replaced_are_gone(
    each_postgres_database: str, catalog: str, again: Crawl
) -> None:
    types = (
        "CREATE TYPE status AS ENUM ('new', 'done')",
        "CREATE TYPE addr AS (a int)",
        "CREATE DOMAIN whole AS int",
        "CREATE TYPE span AS RANGE (subtype = int4)",
        "CREATE TYPE kept AS ENUM ('a')",
    )
    replaced = (
        "DROP TYPE status, addr, span",
        "DROP DOMAIN whole",
        "CREATE TABLE status (id int, label text)",
        "CREATE VIEW addr AS SELECT 1 AS a",
        "CREATE MATERIALIZED VIEW whole AS SELECT 1 AS a",
        "CREATE SEQUENCE span",
    )
    with session(each_postgres_database, *types) as admin:
        again()
        for statement in replaced:
            admin.execute(statement)  # type: ignore[call-overload]
        assert again().missing["UserType"] == 4
        assert again().deleted["UserType"] == 4
    assert live(catalog) == {"UserType kept", "Table status", "Table addr", "Table whole", "Sequence span"}


PARTITIONED = (
    "CREATE TABLE events (id int, day date) PARTITION BY RANGE (day)",
    "CREATE TABLE events_1 (id int, day date, note text)",
    "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END'",
    "CREATE TRIGGER touched BEFORE INSERT ON events_1 FOR EACH ROW EXECUTE FUNCTION touch()",
)
DROP_NOTE = "ALTER TABLE events_1 DROP COLUMN note"
ATTACH = "ALTER TABLE events ATTACH PARTITION events_1 FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')"


def test_a_table_that_became_a_partition_is_no_table_of_its_own(
    each_postgres_database: str, catalog: str, again: Crawl
) -> None:
    with session(each_postgres_database, *PARTITIONED) as admin:
        assert again().entities["Table"].filtered == 0
        admin.execute(DROP_NOTE)
        admin.execute(ATTACH)  # type: ignore[call-overload]
        second = again()
        assert (second.entities["Table"].listed, second.entities["Table"].filtered) == (2, 1)
        assert second.missing == {"Table": 1, "Trigger": 1}
        assert again().deleted == {"Table": 1, "Trigger": 1}
        assert {each for each in live(catalog) if "touch" not in each} == {"Table events"}
        admin.execute("ALTER TABLE events DETACH PARTITION events_1")
        again()
    assert {"Table events", "Table events_1", "Trigger touched"} <= live(catalog)


def test_not_showing_partitions_any_more_deletes_none(each_postgres_database: str, catalog: str, again: Crawl) -> None:
    with session(each_postgres_database, *PARTITIONED, DROP_NOTE, ATTACH):
        again(partitions=True)
        for _ in range(3):
            summary = again()
            assert (summary.missing, summary.deleted) == ({}, {})
    assert {"Table events", "Table events_1", "Trigger touched"} <= live(catalog)
