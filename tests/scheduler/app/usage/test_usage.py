"""Usage as people ask for it, of a service whose log was read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.app.runs.crawl import crawl
from scheduler.app.usage.buckets import added_up, percentile
from scheduler.app.usage.one_line import one_line
from scheduler.app.usage.usage import ContainerUsage, ObjectUsage, unused, usage
from specs.errors import UsageError
from tests.scheduler.app.usage.logged import counting_recipe, log, recipe
from workers.store.database import open_database

ORDERS = "shop.main.main.orders"
STATEMENTS = [
    *[(2, "ann", "SELECT id FROM orders WHERE id = 1")] * 3,
    (1, "bob", "SELECT o.id FROM orders o JOIN customers c ON c.id = o.customer"),
    (0, "ann", "INSERT INTO orders (id) VALUES (1)"),
    (0, "ann", "SELECT id FROM big"),
    (9, "ann", "SELECT x FROM idle"),
]


@pytest.fixture
def catalog(tmp_path: Path) -> str:
    place = f"sqlite:///{tmp_path / 'catalog.db'}"
    log(tmp_path, STATEMENTS)
    summary = crawl(recipe(tmp_path), catalog=place)
    assert summary.status == "complete"
    assert summary.entities["UsageDay"].emitted == 3
    return place


def test_an_object_is_told_over_days(catalog: str) -> None:
    found = usage(catalog, ORDERS)
    assert isinstance(found, ObjectUsage)
    assert (found.since, found.until, found.zone, found.days_read) == ("2026-10-31", "2026-11-29", "UTC", 3)
    use = found.use
    assert (use.queries, use.reads, use.writes, use.users, use.user_names) == (5, 4, 1, 2, ["ann", "bob"])
    assert not use.users_at_least
    assert [(each.day, each.queries) for each in use.days] == [("2026-11-27", 3), ("2026-11-28", 1), ("2026-11-29", 1)]
    assert use.joins == [{"other": "shop.main.main.customers", "count": 1, "columns": [["customer", "id"]]}]
    assert use.top[0] == {"sql": "select id from orders where id = ?", "count": 3, "mean_ms": None}
    assert found.percentile == 75.0  # of orders, customers, big and idle three were used less
    assert usage(catalog, ORDERS, days=1).use.queries == 1  # type: ignore[union-attr]


def test_a_container_is_told_by_its_most_used_objects_and_days(catalog: str) -> None:
    found = usage(catalog, "shop")
    assert isinstance(found, ContainerUsage)
    assert (found.most[0].fqn, found.most[0].queries) == ("shop.main.main.orders", 5)
    assert sum(each["statements"] for each in found.accounts) == 6  # one statement is older than the window
    below = usage(catalog, "shop.main.main")
    assert isinstance(below, ContainerUsage)
    assert (below.most, below.accounts) == (found.most, [])


def test_what_nobody_uses(catalog: str) -> None:
    (found,) = unused(catalog, 90)
    assert (found.service, found.days_read, found.objects) == ("shop", 3, {"shop.main.main.idle": None})
    (recent,) = unused(catalog, 1, "shop.main.main")
    assert set(recent.objects) == {"shop.main.main.idle", "shop.main.main.customers"}
    assert recent.objects["shop.main.main.customers"] == "2026-11-28T12:00:00Z"


def test_usage_in_one_line(catalog: str) -> None:
    with open_database(catalog, create=False) as db:
        assert one_line(db, ORDERS) == "5 statements by 2 users since 2026-11-27, last on 2026-11-29"
        assert one_line(db, "shop.main.main.idle") == "not used from 2026-11-27 to 2026-11-29"


def test_a_window_that_is_read_again_replaces_its_buckets(catalog: str, tmp_path: Path) -> None:
    again = crawl(recipe(tmp_path), catalog=catalog)
    assert (again.status, "UsageDay" in again.entities) == ("complete", False)  # nothing was written since
    log(tmp_path, [*STATEMENTS, (0, "ann", "SELECT 1")])
    more = crawl(recipe(tmp_path), catalog=catalog)
    assert (more.status, more.entities["UsageDay"].listed) == ("complete", 1)
    assert more.entities["Usage"].unchanged == more.entities["Usage"].listed == 2
    log(tmp_path, STATEMENTS[:2])
    assert crawl(recipe(tmp_path), catalog=catalog).status == "complete"
    found = usage(catalog, ORDERS)
    assert isinstance(found, ObjectUsage)
    assert [(each.day, each.queries) for each in found.use.days] == [("2026-11-27", 2)]


def test_a_day_amid_which_a_run_ended_is_read_again(tmp_path: Path) -> None:
    place, ended = f"sqlite:///{tmp_path / 'catalog.db'}", tmp_path / "ended"
    log(tmp_path, STATEMENTS)
    ended.touch()
    assert crawl(recipe(tmp_path, "broken_off"), catalog=place).status == "partial"
    before = usage(place, "shop")
    assert isinstance(before, ContainerUsage)
    assert len(before.accounts) == 3  # all days look as if they had been read
    ended.unlink()
    again = crawl(recipe(tmp_path, "broken_off"), catalog=place)
    assert (again.status, again.entities["UsageDay"].listed, again.entities["Usage"].listed) == ("complete", 2, 4)
    assert usage(place, ORDERS).use.queries == 5  # type: ignore[union-attr]
    assert "UsageDay" not in crawl(recipe(tmp_path, "broken_off"), catalog=place).entities


def test_a_log_that_is_gone_leaves_the_days_as_they_were(catalog: str, tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").unlink()
    assert crawl(recipe(tmp_path), catalog=catalog).status == "partial"
    assert usage(catalog, ORDERS).use.queries == 5  # type: ignore[union-attr]


def test_a_service_without_usage_is_told_what_to_ask_for(tmp_path: Path) -> None:
    place = f"sqlite:///{tmp_path / 'catalog.db'}"
    crawl(recipe(tmp_path).narrowed(["metadata"]), catalog=place)
    with pytest.raises(UsageError, match="no usage of this service was read"):
        usage(place, ORDERS)
    assert unused(place, 30) == []


def test_counters_of_a_server_are_counted_from_look_to_look(tmp_path: Path) -> None:
    place = f"sqlite:///{tmp_path / 'catalog.db'}"
    for calls in (100, 104, 104, 109):
        (tmp_path / "counters.json").write_text(json.dumps({"SELECT id FROM orders WHERE id = ?": calls}))
        assert crawl(counting_recipe(tmp_path), catalog=place).status == "complete"
    found = usage(place, ORDERS)
    assert isinstance(found, ObjectUsage)
    assert [(each.day, each.queries) for each in found.use.days] == [("2026-11-29", 9)]
    account = usage(place, "shop").accounts[0]  # type: ignore[union-attr]
    assert (account["evidence"], account["statements"]) == ("statistics", 9)


def test_users_of_days_are_distinct_and_never_added_up() -> None:
    whole = added_up(
        [{"day": "a", "users": 2, "user_names": ["x", "y"]}, {"day": "b", "users": 1, "user_names": ["x"]}]
    )
    assert (whole.users, whole.users_at_least) == (2, False)
    nameless = added_up([{"day": "a", "users": 4}, {"day": "b", "users": 3}])
    assert (nameless.users, nameless.users_at_least) == (4, True)


@given(st.lists(st.integers(0, 4), min_size=1, max_size=12), st.dictionaries(st.integers(100, 110), st.integers(1, 9)))
def test_the_rank_is_the_share_of_live_objects_that_were_used_less(live: list[int], dropped: dict[int, int]) -> None:
    names = [f"t{at}" for at in range(len(live))]
    used = {name: count for name, count in zip(names, live, strict=True) if count}
    totals = used | {f"t{at}": count for at, count in dropped.items()}
    found = [percentile(totals, iter(names), name) for name in names]
    in_order = sorted(live)
    assert found == [round(100 * in_order.index(count) / len(live), 1) for count in live]
    assert all(0 <= rank < 100 for rank in found)
    assert all(rank == 0 for rank, count in zip(found, live, strict=True) if not count)
