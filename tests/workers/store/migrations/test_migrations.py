"""Databases of older versions become what new ones are; their schemas are kept here as they were."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect

from scheduler.app.catalog.retention import gc
from specs.errors import UsageError
from tests.servers import postgres
from tests.workers.catalog.crawls import Crawl, row
from workers.catalog import Catalog
from workers.feed import Subscriptions, letters
from workers.ledger import SqlLedger
from workers.schedules import Schedules
from workers.store import named_sql
from workers.store.database import SqlDatabase, open_database
from workers.store.migrations.version import head, stored, versions

HERE = Path(__file__).parent
OLD = ["0001", "0002"]
ROWS = (
    "INSERT INTO services (service, type) VALUES ('shop', 'postgres')",
    "INSERT INTO runs (id, service, service_type, state, recipe, deletes, started_at)"
    " VALUES ('r1', 'shop', 'postgres', 'running', '{}', 1, 5.0)",
)


@pytest.fixture(params=["sqlite", "postgresql"])
def urls(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Two empty databases."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/old.db", f"sqlite:///{tmp_path}/new.db"
        return
    server: str = request.getfixturevalue("postgres_url")
    names = [f"t_{uuid.uuid4().hex[:12]}" for _ in range(2)]
    made = [postgres.create_database(server, name).replace("postgresql://", "postgresql+psycopg://") for name in names]
    yield made[0], made[1]
    for name in names:
        postgres.drop_database(server, name)


def make_old(url: str, version: str, rows: Sequence[str] = ()) -> None:
    engine = create_engine(url)
    with engine.begin() as conn:
        for statement in named_sql.split((HERE / f"{version}.{conn.dialect.name}.sql").read_text()):
            conn.exec_driver_sql(statement.replace("%", "%%") if conn.dialect.name != "sqlite" else statement)
        conn.exec_driver_sql("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
        conn.exec_driver_sql(f"INSERT INTO alembic_version VALUES ('{version}')")
        for row in rows:
            conn.exec_driver_sql(row)
    engine.dispose()


def shape(url: str) -> dict[str, tuple[object, ...]]:
    """Columns, keys and indexes of every table, in no order."""
    engine = create_engine(url)
    with engine.connect() as conn:
        seen = inspect(conn)
        found: dict[str, tuple[object, ...]] = {
            table: (
                sorted(
                    (column["name"], str(column["type"]), column["nullable"], column["default"])
                    for column in seen.get_columns(table)
                ),
                seen.get_pk_constraint(table)["constrained_columns"],
                sorted(str((i["name"], i["column_names"], i["unique"])) for i in seen.get_indexes(table)),
            )
            for table in seen.get_table_names()
        }
    engine.dispose()
    return found


def definitions(db: SqlDatabase) -> set[str]:
    """Indexes to the letter, their conditions included; on PostgreSQL also what tables are told about storage."""
    if db.dialect == "sqlite":
        asked = ("SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",)
    else:
        asked = (
            "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
            "SELECT relname || ' ' || array_to_string(reloptions, ' ') FROM pg_class WHERE reloptions IS NOT NULL",
        )
    with db.read() as conn:
        return {" ".join(str(row[0]).split()) for text in asked for row in conn.exec_driver_sql(text).all()}


@pytest.mark.parametrize("version", OLD)
def test_an_older_database_becomes_what_a_new_one_is(urls: tuple[str, str], version: str) -> None:
    make_old(urls[0], version, ROWS)
    old, new = open_database(urls[0]), open_database(urls[1])
    try:
        with old.read() as conn:
            assert stored(conn) == head()
            row = conn.exec_driver_sql("SELECT id, state, via FROM runs").first()
        assert row == ("r1", "running", "embedded")
        assert shape(urls[0]) == shape(urls[1])
        assert definitions(old) == definitions(new)
    finally:
        old.close()
        new.close()


def test_a_catalog_with_rows_opens_and_exports_the_same(urls: tuple[str, str]) -> None:
    """It holds what crawls, a schedule, a sink and a process left in version 0003."""
    make_old(urls[0], "0003")
    old, new = open_database(urls[0]), open_database(urls[1])
    try:
        catalog = Catalog(old)
        exported = "".join(f"{line}\n" for line in catalog.export(stats=True))
        assert exported.encode() == (HERE / "0003.export.jsonl").read_bytes()
        assert shape(urls[0]) == shape(urls[1])
        assert definitions(old) == definitions(new)
        assert [each.state for each in SqlLedger(old).runs()] == ["partial", "complete", "complete", "complete"]
        assert [each.fqn for each in catalog.search("buys")] == ["shop.db.s.customers"]
        assert [each.seq for each in catalog.changes()] == list(range(1, 12))
        assert [each.name for each in Schedules(old).all()] == ["nightly"]
        assert [each.sink for each in Subscriptions(old).views()] == ["shop/memory"]
        assert [each.fqn for each in letters(old)] == ["shop.db.s.orders"]
    finally:
        old.close()
        new.close()


def test_a_catalog_with_rows_is_crawled_on_and_tidied(urls: tuple[str, str]) -> None:
    make_old(urls[0], "0003")
    db = open_database(urls[0])
    try:
        crawl = Crawl(db)
        crawl.clock = 2000.0
        run = crawl.run([row("shop.db", "Database"), row("shop.db.s.new")], [("database", "shop")])
        assert [(each.seq, each.kind, each.fqn) for each in Catalog(db).changes(run=run.id)] == [
            (12, "created", "shop.db.s.new")
        ]
        assert gc(db, days=0.0, keep_runs=1) == {"events": 12, "entities": 0, "runs": 4}
    finally:
        db.close()


def test_the_newest_step_leads_to_the_version_of_this_program() -> None:
    assert versions()[-1] == head()


def test_a_version_that_never_was_is_of_another_program(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/old.db"
    make_old(url, "0001")
    engine = create_engine(url)
    with engine.begin() as conn:
        conn.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    engine.dispose()
    with pytest.raises(UsageError, match="another program"):
        open_database(url)
