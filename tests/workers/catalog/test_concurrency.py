"""Several writers at once on PostgreSQL: the feed stays in commit order without gaps, and nothing is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from specs.errors import Retry
from tests.patience import PATIENCE
from tests.workers.catalog.crawls import row, store
from workers.catalog import Catalog, CatalogWriter
from workers.store.database import SqlDatabase, open_database

S = "shop.db.s"


@pytest.fixture
def db(postgres_database: str):  # type: ignore[no-untyped-def]
    opened = open_database(postgres_database)
    yield opened
    opened.close()


def together(*tasks: Callable[[], None]) -> None:
    """Run tasks in threads; raises what the first of them raised."""
    errors: list[BaseException] = []

    def guarded(task: Callable[[], None]) -> None:
        try:
            task()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(task,), daemon=True) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive()
    if errors:
        raise errors[0]


def again(task: Callable[[], None]) -> None:
    """What the ledger does about a transaction that collided."""
    for _ in range(20):
        try:
            return task()
        except Retry:
            continue
    raise AssertionError("it collided twenty times")


def test_a_reader_that_follows_two_writers_misses_nothing(db: SqlDatabase) -> None:
    done = threading.Event()
    seen: list[int] = []

    def write(name: str) -> None:
        for n in range(25):
            store(db, name, [row(f"{S}.{name}_{n}_{k}") for k in range(5)])

    def read() -> None:
        while True:
            last = done.is_set()
            found = Catalog(db).changes(seen[-1] if seen else 0, limit=7)
            seen.extend(change.seq for change in found)
            if last and not found:
                return

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    together(lambda: write("a"), lambda: write("b"), lambda: write("c"))
    done.set()
    reader.join(PATIENCE)
    assert seen == list(range(1, 376))


def test_numbers_follow_the_order_of_commits(db: SqlDatabase) -> None:
    with db.write() as conn:
        slow = CatalogWriter(conn, "slow", "shop", 1.0)
        slow.store([row(f"{S}.slow")])
        store(db, "fast", [row(f"{S}.fast")])  # begins later, commits first
        slow.finish()
    assert [change.run for change in Catalog(db).changes()] == ["fast", "slow"]


def test_the_same_new_entities_from_two_writers_are_created_once(db: SqlDatabase) -> None:
    rows = [row(f"{S}.t{n}") for n in range(200)]
    barrier = threading.Barrier(2)
    emitted: list[int] = []

    def write(order: int) -> None:
        barrier.wait(PATIENCE)

        def once() -> None:
            emitted.append(store(db, "r", rows[::order]).emitted.get("Table", 0))

        again(once)

    together(lambda: write(1), lambda: write(-1))
    assert sum(emitted) == 200, "what one of them had stored is refused from the other"
    assert Catalog(db).stored("r") == {"Table": 200}
    assert [change.kind for change in Catalog(db).changes()] == ["created"] * 200


def test_the_same_changed_entities_in_opposite_order_do_not_deadlock_for_good(db: SqlDatabase) -> None:
    store(db, "r0", [row(f"{S}.t{n}") for n in range(100)])

    def write(order: int) -> None:
        for version in range(5):
            rows = [row(f"{S}.t{n}", comment=f"{version} {order}") for n in range(100)]
            run = f"r{version}{order}"
            again(lambda rows=rows, run=run: store(db, run, rows[::order]) and None)  # type: ignore[misc]

    together(lambda: write(1), lambda: write(-1))
    stored = [Catalog(db).stored(f"r{version}{order}") for version in range(5) for order in (1, -1)]
    assert sum(each.get("Table", 0) for each in stored) == 100, "each entity belongs to the run that changed it last"
    found = Catalog(db).changes(100, limit=5000)
    assert [change.seq for change in found] == list(range(101, 101 + len(found)))
