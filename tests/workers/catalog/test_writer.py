"""Storing rows: what is emitted, what costs nothing, what the feed tells, what a database refuses."""

from __future__ import annotations

import json
import random
import string

import pytest

from tests.workers.catalog.crawls import columns, row, store
from workers.catalog import Catalog, CatalogWriter
from workers.store.database import SqlDatabase

ORDERS = "shop.public.orders"


def test_a_new_row_is_emitted_and_told(db: SqlDatabase) -> None:
    stored = store(db, "r1", [row(ORDERS, comment="All orders", stats={"row_estimate": 7})], now=5.0)
    assert (stored.emitted, stored.unchanged, stored.refused) == ({"Table": 1}, {}, [])
    entry = Catalog(db).get(ORDERS)
    assert entry is not None
    assert (entry.type, entry.parent, entry.name, entry.state) == ("Table", "shop.public", "orders", "live")
    assert entry.content["comment"] == "All orders"
    assert entry.stats == {"row_estimate": 7}
    assert (entry.first_seen, entry.changed_at, entry.changed_run) == (5.0, 5.0, "r1")
    [change] = Catalog(db).changes()
    assert (change.seq, change.kind, change.fqn, change.diff, change.run) == (1, "created", ORDERS, None, "r1")


@pytest.mark.parametrize("largest", [10, 20_000, 1_100_000])
def test_many_new_rows_are_stored_as_they_came(db: SqlDatabase, largest: int) -> None:
    rows = [row(f"shop.public.t{n:03}", comment=f"c{n}", stats={"row_estimate": n}) for n in range(150)]
    rows.append(row(f"{ORDERS}", comment="x" * largest))
    assert store(db, "r1", rows).emitted == {"Table": 151}
    with db.read() as conn:
        query = "SELECT e.fqn, c.content FROM entities AS e JOIN contents AS c ON c.id = e.id"
        assert dict(map(tuple, conn.exec_driver_sql(query))) == {each.fqn: each.content for each in rows}
        assert conn.exec_driver_sql("SELECT count(*) FROM contents").scalar() == 151
        assert conn.exec_driver_sql("SELECT count(*) FROM stats").scalar() == 150
    assert [change.fqn for change in Catalog(db).changes(limit=200)] == [each.fqn for each in rows]


def test_an_unchanged_row_writes_nothing(db: SqlDatabase) -> None:
    rows = [row(f"shop.public.t{n}", stats={"row_estimate": n}) for n in range(20)]
    store(db, "r1", rows)
    before = _everything(db)
    stored = store(db, "r2", rows, now=9.0)
    assert (stored.emitted, stored.unchanged) == ({}, {"Table": 20})
    assert _everything(db) == before


def test_a_changed_row_tells_the_changed_fields(db: SqlDatabase) -> None:
    store(db, "r1", [row(ORDERS, columns=columns(id="int", note="text"))])
    stored = store(db, "r2", [row(ORDERS, columns=columns(id="bigint", total="numeric"))], now=9.0)
    assert stored.emitted == {"Table": 1}
    assert Catalog(db).changes(1)[0].diff == {
        "columns.id.native_type": ["int", "bigint"],
        "columns.note": [{"name": "note", "native_type": "text"}, None],
        "columns.total": [None, {"name": "total", "native_type": "numeric"}],
    }
    entry = Catalog(db).get(ORDERS)
    assert entry is not None
    assert (entry.first_seen, entry.changed_at, entry.changed_run) == (1.0, 9.0, "r2")


def test_a_changed_row_is_found_by_its_new_words_only(db: SqlDatabase) -> None:
    store(db, "r1", [row(ORDERS, comment="about bananas")])
    store(db, "r2", [row(ORDERS, comment="about cherries")])
    assert [hit.fqn for hit in Catalog(db).search("cherries")] == [ORDERS]
    assert Catalog(db).search("bananas") == []
    if db.dialect == "sqlite":
        with db.write() as conn:  # raises when index and contents differ
            conn.exec_driver_sql("INSERT INTO search (search, rank) VALUES ('integrity-check', 1)")


def test_an_identity_that_comes_twice_in_one_run_is_stored_once_and_refused_then(db: SqlDatabase) -> None:
    first, other = row(ORDERS), row(ORDERS, comment="another one")
    both = store(db, "r1", [first, other])
    assert both.emitted == {"Table": 1}
    assert [refused for refused, _ in both.refused] == [other]
    later = store(db, "r1", [other])
    assert (later.emitted, later.unchanged) == ({}, {})
    [(refused, why)] = later.refused
    assert refused == other
    assert "delivered another object of this name" in why
    assert Catalog(db).stored("r1") == {"Table": 1}
    assert [change.kind for change in Catalog(db).changes()] == ["created"]
    unchanged = store(db, "r2", [first, first])
    assert unchanged.unchanged == {"Table": 1}
    assert len(unchanged.refused) == 1


def test_statistics_are_overwritten_in_place_without_an_event(db: SqlDatabase) -> None:
    store(db, "r1", [row(ORDERS, stats={"row_estimate": 1})])
    assert store(db, "r2", [row(ORDERS, stats={"row_estimate": 2})]).unchanged == {"Table": 1}
    entry = Catalog(db).get(ORDERS)
    assert entry is not None
    assert entry.stats == {"row_estimate": 2}
    store(db, "r3", [row(ORDERS)])
    entry = Catalog(db).get(ORDERS)
    assert entry is not None
    assert entry.stats == {}
    assert len(Catalog(db).changes()) == 1


def test_identity_is_type_and_name(db: SqlDatabase) -> None:
    store(db, "r1", [row(ORDERS), row(ORDERS, "Sequence"), row("shop.public.Orders")])
    assert [entry.type for entry in Catalog(db).find(ORDERS)] == ["Sequence", "Table"]
    entry = Catalog(db).get(ORDERS, "Table")
    assert entry is not None
    assert entry.type == "Table"
    assert Catalog(db).get("shop.public.ORDERS") is None


def test_a_new_hash_version_is_taken_over_silently(db: SqlDatabase) -> None:
    old = row(ORDERS)
    store(db, "r1", [old])
    rehashed = old._replace(hash=b"another hash 128")
    assert store(db, "r2", [rehashed], version=8).unchanged == {"Table": 1}
    assert store(db, "r3", [rehashed], version=8).unchanged == {"Table": 1}
    assert [change.kind for change in Catalog(db).changes()] == ["created"]
    changed = store(db, "r4", [row(ORDERS, comment="new")], version=9)
    assert changed.emitted == {"Table": 1}


def test_facts_that_the_older_version_could_not_hold_are_filled_in_silently(db: SqlDatabase) -> None:
    index = {"name": "by_a", "columns": ["a"]}
    store(db, "r1", [row(ORDERS, indexes=[index], comment="about bananas")], version=1)
    more = {"row_security": True, "indexes": [{**index, "valid": False}], "comment": "about bananas"}
    assert store(db, "r2", [row(ORDERS, **more)], version=2).unchanged == {"Table": 1}
    entry = Catalog(db).get(ORDERS)
    assert entry is not None
    assert entry.content["indexes"] == [{**index, "valid": False}], "the catalog has them all the same"
    assert [change.kind for change in Catalog(db).changes()] == ["created"]
    assert [hit.fqn for hit in Catalog(db).search("bananas")] == [ORDERS]
    assert store(db, "r3", [row(ORDERS, **more)], version=2).unchanged == {"Table": 1}
    assert store(db, "r4", [row(ORDERS, **{**more, "row_security": False})], version=2).emitted == {"Table": 1}
    assert Catalog(db).changes(1)[0].diff == {"row_security": [True, False]}


def test_what_changed_beside_such_facts_is_told_without_them(db: SqlDatabase) -> None:
    store(db, "r1", [row(ORDERS, comment="old")], version=1)
    assert store(db, "r2", [row(ORDERS, comment="new", row_security=True)], version=2).emitted == {"Table": 1}
    assert Catalog(db).changes(1)[0].diff == {"comment": ["old", "new"]}


def test_rows_that_the_database_refuses_are_bisected(db: SqlDatabase) -> None:
    bad = row("shop.public.bad")._replace(content='{"fqn":"\ud800"}')
    rows = [row(f"shop.public.t{n}") for n in range(9)]
    stored = store(db, "r1", [*rows[:4], bad, *rows[4:]])
    assert stored.emitted == {"Table": 9}
    assert [refused.fqn for refused, _ in stored.refused] == ["shop.public.bad"]
    assert "the catalog cannot store it" in stored.refused[0][1]
    assert [change.seq for change in Catalog(db).changes()] == list(range(1, 10))
    assert Catalog(db).stored("r1") == {"Table": 9}


def test_a_refused_statistic_refuses_its_row_only(db: SqlDatabase) -> None:
    store(db, "r1", [row("shop.public.a"), row("shop.public.b")])
    bad = row("shop.public.b", comment="new")._replace(stats="\udfff")
    stored = store(db, "r2", [row("shop.public.a", comment="new"), bad])
    assert (stored.emitted, len(stored.refused)) == ({"Table": 1}, 1)


def test_a_name_too_long_for_an_index_is_refused_alone(db: SqlDatabase) -> None:
    name = "".join(random.Random(1).choices(string.ascii_letters + string.digits, k=9000))
    stored = store(db, "r1", [row("shop.public.a"), row(f"shop.public.{name}"), row("shop.public.b")])
    assert len(stored.refused) == (0 if db.dialect == "sqlite" else 1)
    assert stored.emitted["Table"] + len(stored.refused) == 3
    assert Catalog(db).get("shop.public.b") is not None


def test_nothing_stays_of_a_transaction_that_fails(db: SqlDatabase) -> None:
    with pytest.raises(Lost):
        _store_and_fail(db)
    assert Catalog(db).get(ORDERS) is None
    assert store(db, "r1", [row(ORDERS)]).emitted == {"Table": 1}
    assert [change.seq for change in Catalog(db).changes()] == [1]


def test_a_very_wide_row_is_stored_and_found(db: SqlDatabase) -> None:
    wide = row(ORDERS, columns=columns(**{f"column_number_{n}": "int" for n in range(4000)}))
    assert store(db, "r1", [wide]).emitted == {"Table": 1}
    assert Catalog(db).search("orders")[0].fqn == ORDERS


class Lost(Exception):
    pass


def _store_and_fail(db: SqlDatabase) -> None:
    with db.write() as conn:
        writer = CatalogWriter(conn, "r1", "shop", 1.0)
        writer.store([row(ORDERS)])
        writer.finish()
        raise Lost


def _everything(db: SqlDatabase) -> str:
    tables = ("entities", "contents", "stats", "events", "feed", "feed_runs")
    with db.read() as conn:
        found = {t: [list(r) for r in conn.exec_driver_sql(f"SELECT * FROM {t} ORDER BY 1")] for t in tables}
    return json.dumps(found, default=repr)
