"""Asking the catalog: by name, by container, by words, as lines, as history."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from scheduler.app.catalog.retention import forget
from specs.errors import UsageError
from tests.servers.postgres import create_database, drop_database
from tests.workers.catalog.crawls import Crawl, columns, row, store
from workers.catalog import Catalog
from workers.catalog.upsert.words import cut
from workers.store.database import SqlDatabase, open_database

S = "shop.db.s"
ESTATE = [
    row("shop.db", "Database"),
    row(S, "Schema"),
    row(f"{S}.orders", comment="What customers bought", columns=columns(id="int", customer_id="int")),
    row(f"{S}.order_items", columns=columns(order_id="int")),
    row(f"{S}.orders.audit", "Trigger", owner=f"{S}.orders"),
    row(f'{S}."odd.""name"', comment="Überzählig 🦜"),
    row("shop.db.s 2", "Schema"),
]
LISTINGS = [("database", "shop"), ("schema", "shop.db"), ("table", S)]


def test_children_are_direct_and_ordered_by_name(db: SqlDatabase) -> None:
    store(db, "r", ESTATE)
    catalog = Catalog(db)
    assert [each.fqn for each in catalog.children("shop.db")] == [S, "shop.db.s 2"]
    below = [each.fqn for each in catalog.children(S)]
    assert below == [f'{S}."odd.""name"', f"{S}.order_items", f"{S}.orders"]
    assert [each.type for each in catalog.children(f"{S}.orders")] == ["Trigger"]
    assert list(catalog.children(f"{S}.order_items")) == []


def test_children_come_in_pages_of_any_number(db: SqlDatabase) -> None:
    rows = [row(f"{S}.t{n:04d}") for n in range(2001)]
    store(db, "r", rows)
    assert [each.fqn for each in Catalog(db).children(S)] == [each.fqn for each in rows]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("orders", ["orders"]),
        ("order", ["orders", "order_items"]),
        ("customer_id", ["orders"]),
        ("CUSTOMERS bought", ["orders"]),
        ("bought bananas", []),
        ("überzählig", ['odd."name']),
        ("'\" :* --", []),
        ("", []),
    ],
)
def test_search_wants_all_words_and_puts_names_first(db: SqlDatabase, words: str, found: list[str]) -> None:
    store(db, "r", ESTATE)
    assert [each.name for each in Catalog(db).search(words)] == found


@pytest.fixture(scope="module")
def full(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[SqlDatabase]]:
    """The same entities in both kinds of catalog, for many questions."""
    name = f"t_{uuid.uuid4().hex[:12]}"
    urls = [f"sqlite:///{tmp_path_factory.mktemp('full') / 'c.db'}", create_database(postgres_url, name)]
    opened = [open_database(url) for url in urls]
    for each in opened:
        store(each, "r", ESTATE)
    yield opened
    for each in opened:
        each.close()
    drop_database(postgres_url, name)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.text(max_size=30))
@example(words='"customer"* AND (NOT')
@example(words="a" * 5000)
@example(words="𞤀𞤁 x²½ e\u0301")
def test_any_text_can_be_searched_for(full: list[SqlDatabase], words: str) -> None:
    for db in full:
        assert len(Catalog(db).search(words)) <= len(ESTATE)


def test_search_is_limited(db: SqlDatabase) -> None:
    store(db, "r", [row(f"{S}.same_{n}") for n in range(50)])
    assert len(Catalog(db).search("same", 7)) == 7


def test_words_are_cut_at_everything_but_letters_and_digits() -> None:
    assert cut("Orders.customer_id (x)\n42 orders é") == ["orders", "customer", "id", "x", "42", "é"]


def test_export_is_ordered_by_bytes_and_the_same_whatever_the_way_there(db: SqlDatabase) -> None:
    store(db, "r1", [*reversed(ESTATE), row(f"{S}.gone", comment="old")])
    store(db, "r2", [row(f"{S}.gone", comment="new")])
    first = list(Catalog(db).export())
    lines = [json.loads(line) for line in first]
    assert [line["fqn"] for line in lines] == sorted(line["fqn"] for line in lines)
    assert all(next(iter(line)) == "type" and "run" not in line for line in lines)
    forget(db, "shop")
    assert list(Catalog(db).export()) == []
    store(db, "r3", [*ESTATE, row(f"{S}.gone", comment="new")], now=77.0)
    assert list(Catalog(db).export()) == first


def test_export_of_one_service_keeps_to_it(db: SqlDatabase) -> None:
    store(db, "r", [*ESTATE, row("shopping.db", "Database"), row("shop-2.db", "Database"), row("a.db", "Database")])
    with db.write() as conn:
        conn.exec_driver_sql("UPDATE entities SET service = 'other' WHERE substr(fqn, 1, 5) <> 'shop.'")
    fqns = [json.loads(line)["fqn"] for line in Catalog(db).export("shop")]
    assert fqns == sorted(each.fqn for each in ESTATE)


def test_export_shows_statistics_only_when_asked(db: SqlDatabase) -> None:
    store(db, "r", [row(f"{S}.t", stats={"row_estimate": 3})])
    assert [json.loads(line) for line in Catalog(db).export()] == [
        {"type": "Table", "fqn": f"{S}.t", "name": "t", "parent": S}
    ]
    assert json.loads(next(Catalog(db).export(stats=True)))["stats"] == {"row_estimate": 3}


def test_export_flags_the_missing_and_leaves_out_the_deleted(db: SqlDatabase) -> None:
    crawl = Crawl(db)
    crawl.run([*ESTATE[:2], row(f"{S}.a"), row(f"{S}.b")], LISTINGS)
    for expected in ("missing", None):
        crawl.run([*ESTATE[:2], row(f"{S}.a")], LISTINGS, gone=[f"{S}.b"])
        lines = {line["fqn"]: line.get("state", "live") for line in map(json.loads, Catalog(db).export())}
        assert lines.get(f"{S}.b") == expected
        assert lines[f"{S}.a"] == "live"
        assert [each.state for each in Catalog(db).search("b")] == ([expected] if expected else [])


def test_export_in_many_pages_loses_nothing(db: SqlDatabase) -> None:
    rows = [row(f"{S}.t{n:04d}", type_) for n in range(700) for type_ in ("Table", "Sequence")]
    store(db, "r", rows)
    assert len(set(Catalog(db).export())) == 1400


def test_changes_are_read_on_from_any_number(db: SqlDatabase) -> None:
    store(db, "r1", ESTATE[:3])
    store(db, "r2", [row(f"{S}.orders", comment="new"), row(f"{S}.more")])
    catalog = Catalog(db)
    assert [change.seq for change in catalog.changes()] == [1, 2, 3, 4, 5]
    assert [change.seq for change in catalog.changes(2, limit=2)] == [3, 4]
    assert catalog.changes(5) == []
    assert catalog.feed() == (1, 5)


def test_diff_sums_up_per_object(db: SqlDatabase) -> None:
    crawl, catalog = Crawl(db), Catalog(db)

    def schema(*rows):  # type: ignore[no-untyped-def]
        return [*ESTATE[:2], *rows]

    first = crawl.run(schema(row(f"{S}.a", comment="1"), row(f"{S}.b"), row(f"{S}.c")), LISTINGS)
    assert {(d.fqn, d.kind) for d in catalog.diff()} == {
        (fqn, "created") for fqn in ("shop.db", S, f"{S}.a", f"{S}.b", f"{S}.c")
    }
    crawl.run(schema(row(f"{S}.a", comment="2"), row(f"{S}.c"), row(f"{S}.d")), LISTINGS, gone=[f"{S}.b"])
    crawl.run(schema(row(f"{S}.a", comment="3"), row(f"{S}.c"), row(f"{S}.d", comment="x")), LISTINGS, gone=[f"{S}.b"])
    assert [d.as_json() for d in catalog.diff(first.id)] == [
        {"type": "Table", "fqn": f"{S}.a", "kind": "updated", "diff": {"comment": ["1", "3"]}},
        {"type": "Table", "fqn": f"{S}.b", "kind": "deleted", "diff": None},
        {"type": "Table", "fqn": f"{S}.d", "kind": "created", "diff": None},
    ]
    last = crawl.run(schema(row(f"{S}.a", comment="1"), row(f"{S}.b"), row(f"{S}.c")), LISTINGS)
    assert [(d.fqn, d.kind) for d in catalog.diff()] == [(f"{S}.a", "updated"), (f"{S}.b", "restored")]
    assert [d.fqn for d in catalog.diff(first.id)] == [f"{S}.d"]  # a is as it was, b came back
    assert list(catalog.diff(last.id)) == []


def test_diff_behind_a_run_that_changed_nothing(db: SqlDatabase) -> None:
    crawl, catalog = Crawl(db), Catalog(db)
    crawl.run(ESTATE[:2], LISTINGS[:2])
    quiet = crawl.run(ESTATE[:2], LISTINGS[:2])
    assert list(catalog.diff()) == []
    assert list(catalog.diff(quiet.id)) == []
    crawl.run([*ESTATE[:2], row(f"{S}.new")], LISTINGS)
    assert [d.fqn for d in catalog.diff(quiet.id)] == [f"{S}.new"]


@pytest.mark.parametrize("ask", ["diff", "changes", "deletions"])
def test_unknown_runs_are_named(db: SqlDatabase, ask: str) -> None:
    catalog = Catalog(db)
    questions = {
        "diff": lambda: list(catalog.diff("nope")),
        "changes": lambda: catalog.changes(run="nope"),
        "deletions": lambda: list(catalog.deletions("nope")),
    }
    with pytest.raises(UsageError, match="there is no run 'nope'"):
        questions[ask]()


def test_services_count_what_is_there(db: SqlDatabase) -> None:
    crawl = Crawl(db)
    crawl.run([*ESTATE[:2], row(f"{S}.a"), row(f"{S}.b")], LISTINGS)
    crawl.run([*ESTATE[:2], row(f"{S}.a")], LISTINGS, gone=[f"{S}.b"])
    [service] = Catalog(db).services()
    assert (service.name, service.type, service.live, service.missing) == ("shop", "fake", 3, 1)
