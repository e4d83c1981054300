"""Seen marks: exact, and small however many there are."""

from __future__ import annotations

import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from specs.names import mark
from workers.catalog.deletion.conclusion import plan_confirmation
from workers.catalog.deletion.seen import Marks
from workers.ledger.records import pack
from workers.store.connection import Connection
from workers.store.database import SqlDatabase

MARKS = st.lists(st.integers(-(2**63), 2**63 - 1), max_size=50)


@given(MARKS, MARKS)
def test_holds_exactly_what_was_added(added: list[int], asked: list[int]) -> None:
    marks = Marks()
    half = len(added) // 2
    marks.add(pack(added[:half]))
    marks.add(pack(added[half:]))
    assert [each in marks for each in asked] == [each in set(added) for each in asked]
    assert all(each in marks for each in added)
    marks.add(pack(asked))  # adding goes on after asking
    assert all(each in marks for each in (*added, *asked))


def test_the_blob_is_eight_big_endian_bytes_each() -> None:
    value = mark("Table", "shop.t")
    assert pack([value, -1]) == value.to_bytes(8, "big", signed=True) + b"\xff" * 8


def test_planning_a_large_run_keeps_to_a_few_bytes_an_object(db: SqlDatabase) -> None:
    """All entities are seen but three; as rows they would be more than 20 MB."""
    total = 50_000
    with db.write() as conn:
        _fill(db, conn, total)
    with db.write() as conn:
        tracemalloc.start()
        try:
            parts = plan_confirmation(conn, "r")
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        suspects = [suspect for _, _, part in parts for suspect in part]
    assert suspects == [("Table", f"shop.s.t{n}") for n in range(3)]
    assert peak < total * 8 * 1.3 + 6_000_000


def _fill(db: SqlDatabase, conn: Connection, total: int) -> None:
    """Entities of one complete listing, and the marks of all but the first three."""
    names = [f"shop.s.t{n}" for n in range(total)]
    marks = [mark("Table", name) for name in names]
    mark_of = "?" if db.dialect == "sqlite" else "%s"
    one = f"({mark_of}, {mark_of}, 'Table', {mark_of}, 'shop.s', {mark_of}, 'shop', 'table', 'shop.s', {mark_of}"
    conn.exec_driver_sql(
        "INSERT INTO entities (id, mark, type, fqn, parent, name, service, node, scope, hash, hash_version,"
        f" changed_run, first_seen, changed_at) VALUES {one}, 1, 'r', 1, 1)",
        [(n + 1, marks[n], names[n], names[n], b"h" * 16) for n in range(total)],
    )
    blob = f"INSERT INTO marks (run, unit, seq, kind, blob) VALUES ('r', 'u', {mark_of}, 0, {mark_of})"
    conn.exec_driver_sql(blob, [(n, pack(marks[n : n + 1000])) for n in range(3, total, 1000)])
    conn.exec_driver_sql("INSERT INTO coverage (run, unit, node, scope) VALUES ('r', 'u', 'table', 'shop.s')")
