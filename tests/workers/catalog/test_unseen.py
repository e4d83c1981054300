"""What a run did not see: the same, whether listings are read together or page by page."""

from __future__ import annotations

from specs.names import mark
from tests.workers.catalog.crawls import row, store
from workers.catalog.deletion.seen import Marks
from workers.catalog.deletion.unseen import PAGE, look_up, unseen
from workers.ledger.records import pack
from workers.store.database import SqlDatabase
from workers.store.statements import Statements

ASKED = [("table", "shop.a", None), ("table", "shop.b", "g"), ("table", "shop.none", None), ("table", "shop.c", None)]
UNSEEN = [("shop.a", ["t1", "t2"]), ("shop.c", ["t0", "t1", "t2"])]


def test_each_listing_is_told_what_it_lacks(db: SqlDatabase) -> None:
    tables = [row(f"shop.{schema}.t{n}") for schema in "abc" for n in range(3)]
    trigger = row("shop.a.t1.log", "Trigger", owner="shop.a.t1")
    store(db, "r1", [*tables, trigger])
    sent, listed = Marks(), Marks()
    sent.add(pack([mark("Table", f"shop.{name}") for name in ("a.t0", "b.t0", "b.t1")]))
    listed.add(pack([mark("Table", "shop.b.t2")]))
    with db.write() as conn:
        sql = Statements(conn, "workers.catalog")
        sql.do("record_fingerprint", scope="shop.b", node="table", fingerprint="old")
        names = {found.id: found.name for found in conn.exec_driver_sql("SELECT id, name FROM entities")}
        listings = look_up(sql, ASKED)
        together = list(unseen(sql, listings, sent, listed))
        large = [each._replace(size=PAGE + 1) for each in listings]
        by_page = list(unseen(sql, large, sent, listed))
        assert look_up(sql, []) == []
    assert [each.size for each in listings] == [4, 3, 0, 3]
    assert [each.known for each in listings] == [None, "old", None, None]
    for found in (together, by_page):
        assert [(each.scope, sorted(names[id_] for id_ in ids)) for each, ids in found] == UNSEEN
