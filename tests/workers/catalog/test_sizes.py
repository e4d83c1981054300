"""How large listings were when they were last read."""

from __future__ import annotations

from specs.contracts.work import Row
from tests.workers.catalog.crawls import Crawl, row
from workers.store.database import SqlDatabase


def tables(schema: str, n: int) -> list[Row]:
    return [row(f"shop.{schema}.t{at}") for at in range(n)]


def test_what_is_live_counts(db: SqlDatabase) -> None:
    crawl = Crawl(db)
    crawl.run([*tables("sales", 5), *tables("hr", 2), *tables('"odd.ä"', 1)], [("table", "shop.sales")])
    asked = ["shop.sales", "shop.hr", "shop.nothing", 'shop."odd.ä"', "nul\0 lone\ud800"]
    assert crawl.ledger.sizes(asked) == {"shop.sales": 5, "shop.hr": 2, 'shop."odd.ä"': 1}
    assert crawl.ledger.sizes([]) == {}


def test_what_is_missing_does_not(db: SqlDatabase) -> None:
    crawl = Crawl(db)
    crawl.run(tables("sales", 5), [("table", "shop.sales")])
    crawl.run(tables("sales", 3), [("table", "shop.sales")], gone=["shop.sales.t3", "shop.sales.t4"])
    assert crawl.ledger.sizes(["shop.sales"]) == {"shop.sales": 3}
