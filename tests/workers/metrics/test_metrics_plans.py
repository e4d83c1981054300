"""PostgreSQL reaches what is counted through indexes, in a ledger with many units."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.workers.metrics.parsing import do, opened
from workers.metrics.statements import ROWS_OF_EACH_KIND
from workers.store import named_sql
from workers.store.database import SqlDatabase, open_database

LARGE = ("units", "outcomes", "events")


@pytest.fixture
def run(postgres_database: str) -> Iterator[tuple[SqlDatabase, str]]:
    db = open_database(postgres_database)
    made = opened(db)
    do(
        db,
        "INSERT INTO units (id, run, service, node, scope, span, phase, depth, state) SELECT 'u' || i, :run, 'shop', "
        "'schema', '[]', '[]', 'walk', 1, CASE WHEN i % 2 = 0 THEN 'ready' ELSE 'done' END "
        "FROM generate_series(1, 60000) i",
        run=made,
    )
    do(
        db,
        "INSERT INTO outcomes (run, unit, kind, type, fqn, key, reason, message, attempts, node, scope) SELECT :run, "
        "'u', 'failed', 'Table', 'x' || i, 'x', 'denied', '', 1, 'table', 's' FROM generate_series(1, 20000) i",
        run=made,
    )
    event = "INSERT INTO events (seq, type, fqn, kind, run, at) SELECT i, 'Table', 'x', 'created', :run, 1 "
    do(db, event + "FROM generate_series(1, 20000) i", run=made)
    do(db, "UPDATE feed SET next = 20001")
    follower = "INSERT INTO followers (sink, service, config, state, seq) VALUES ('hook', 's', '{}', 'following', 5)"
    do(db, follower)
    do(db, "ANALYZE")
    yield db, made
    db.close()


def test_no_large_table_is_read_as_a_whole(run: tuple[SqlDatabase, str]) -> None:
    db, made = run
    queries = named_sql.load("workers.metrics", "postgresql")
    for name in sorted(queries):
        with db.read() as conn:
            values = {"now": 1.0, "most": ROWS_OF_EACH_KIND, "run": made}
            rows = list(conn.exec_driver_sql(f"EXPLAIN {queries[name]}", values).scalars())
        for table in LARGE:
            assert not [row for row in rows if f"Seq Scan on {table}" in row], (name, rows)
