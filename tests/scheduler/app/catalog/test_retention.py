"""Letting go: old events, deleted entities, old runs, whole services."""

from __future__ import annotations

import time

import pytest

from scheduler.app.catalog.retention import forget, gc
from scheduler.app.deadline import DAY_SECONDS
from specs.contracts.assignment import Opening
from specs.errors import UsageError
from specs.topology.events import Start
from tests.workers.catalog.crawls import ROOT, Crawl, row, store
from workers.catalog import Catalog
from workers.store.database import SqlDatabase
from workers.store.statements import Transactions

S = "shop.db.s"
BASE = [row("shop.db", "Database"), row(S, "Schema")]
LISTINGS = [("database", "shop"), ("schema", "shop.db"), ("table", S)]
TABLES = (
    "entities", "contents", "stats", "absences", "fingerprints", "feed_runs", "runs", "units", "slots", "counts",
    "filtered", "outcomes", "coverage", "marks", "suspects", "tallies", "poison", "services",
)  # fmt: skip


def test_old_events_go_and_the_rest_stays_without_gaps(db: SqlDatabase) -> None:
    store(db, "r1", [row(f"{S}.a{n}") for n in range(1500)], now=1.0)
    store(db, "r2", [row(f"{S}.b{n}") for n in range(20)], now=40 * DAY_SECONDS)
    assert gc(db, days=30, now=50 * DAY_SECONDS) == {"events": 1500, "entities": 0, "runs": 0}
    assert Catalog(db).feed() == (1501, 1520)
    assert [change.seq for change in Catalog(db).changes()] == list(range(1501, 1521))
    assert len(list(Catalog(db).export())) == 1520
    assert gc(db, days=1, now=50 * DAY_SECONDS)["events"] == 20
    assert Catalog(db).feed() == (1521, 1520)


def test_deleted_entities_go_with_their_words(db: SqlDatabase) -> None:
    crawl, catalog = Crawl(db), Catalog(db)
    crawl.run([*BASE, row(f"{S}.parrot", stats={"row_estimate": 1}), row(f"{S}.b")], LISTINGS)
    for _ in range(2):
        crawl.run([*BASE, row(f"{S}.b")], LISTINGS, gone=[f"{S}.parrot"])
    assert gc(db, days=30, now=crawl.clock + DAY_SECONDS)["entities"] == 0
    assert gc(db, days=30, now=crawl.clock + 40 * DAY_SECONDS)["entities"] == 1
    assert catalog.search("parrot") == []
    assert [line for line in catalog.export() if "parrot" in line] == []
    _check_index(db)
    with pytest.raises(UsageError):
        catalog.undelete(f"{S}.parrot")


def test_old_runs_go_but_for_the_latest(db: SqlDatabase) -> None:
    crawl = Crawl(db)
    runs = [crawl.run(BASE, LISTINGS[:2]) for _ in range(5)]
    assert gc(db, days=30, keep_runs=2, now=time.time() + 40 * DAY_SECONDS)["runs"] == 3
    assert [run.id for run in crawl.ledger.runs()] == [run.id for run in reversed(runs[3:])]
    with db.read() as conn:
        assert conn.exec_driver_sql("SELECT count(DISTINCT run) FROM units").scalar_one() == 2


LARGE = {
    "filtered": "(run, unit, type, rule, n) SELECT {run}, 'u', 'Table', n || '', 1",
    "outcomes": "(run, unit, kind, type, fqn, key, reason, message, attempts, node, scope) "
    "SELECT {run}, 'u', 'gone', 'Table', 't', n || '', '', '', 1, 'table', 's'",
    "absences": "(run, id, type, fqn, parent, scope, node) SELECT {run}, n, 'Table', 't' || n, '', '', 'table'",
}
"""By table, 2,500 rows of a run."""


def test_a_large_run_goes_in_pages(db: SqlDatabase) -> None:
    crawl = Crawl(db)
    old, new = (crawl.run(BASE, LISTINGS[:2]).id for _ in range(2))
    numbers = "WITH RECURSIVE many (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM many WHERE n < 2500)"
    with db.write() as conn:
        for run in (old, new):
            for table, rows in LARGE.items():
                columns, values = rows.split(" SELECT ")
                values = values.format(run=f"'{run}'")
                conn.exec_driver_sql(f"INSERT INTO {table} {columns} {numbers} SELECT {values} FROM many")
    for table in LARGE:
        room = Transactions(db, "workers.catalog" if table == "absences" else "workers.ledger")
        assert room.retried(lambda sql, table=table: sql.do(f"drop_{table}", run=old)) == 1000
    assert gc(db, days=30, keep_runs=1, now=time.time() + 40 * DAY_SECONDS)["runs"] == 1
    with db.read() as conn:
        for table in LARGE:
            assert conn.exec_driver_sql(f"SELECT run, count(*) FROM {table} GROUP BY run").all() == [(new, 2500)]


def test_a_forgotten_service_leaves_nothing_but_events(db: SqlDatabase) -> None:
    crawl, catalog = Crawl(db), Catalog(db)
    rows = [*BASE, *(row(f"{S}.t{n}", stats={"row_estimate": n}) for n in range(1100))]
    crawl.run(rows, LISTINGS, fingerprint="f")
    crawl.run(rows[:-1], LISTINGS, gone=[rows[-1].fqn], fingerprint="f")
    seq = catalog.feed()[1]
    assert forget(db, "shop") == {"entities": 1102, "runs": 2}
    with db.read() as conn:
        left = {table: conn.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one() for table in TABLES}
    assert left == dict.fromkeys(TABLES, 0)
    _check_index(db)
    told = catalog.changes(seq, limit=5000)
    assert {change.kind for change in told} == {"deleted"}
    assert len(told) == 1102
    assert told[-1].fqn == "shop.db"  # contents before their container
    assert crawl.run(rows, LISTINGS).state == "complete"


def test_a_service_that_is_crawled_right_now_is_not_forgotten(db: SqlDatabase) -> None:
    crawl = Crawl(db)
    start = Start("service", ROOT, ["shop", "shop", {}, None])
    crawl.ledger.open_run(Opening("shop", "fake", {}, (start,), slots=1), now=1.0)
    with pytest.raises(UsageError, match="not finished"):
        forget(db, "shop")
    with pytest.raises(UsageError, match="there is no service 'other'"):
        forget(db, "other")


def _check_index(db: SqlDatabase) -> None:
    """SQLite compares its search index with the contents; raises when they differ."""
    if db.dialect == "sqlite":
        with db.write() as conn:
            conn.exec_driver_sql("INSERT INTO search (search, rank) VALUES ('integrity-check', 1)")
