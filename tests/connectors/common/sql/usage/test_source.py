"""Usage from a query log: counted once, by object, by day; nothing of the log is lost, and no data is kept."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from specs.entities import ColumnUse, Join, QueryUse, Table, UsageDay
from specs.errors import Fatal, Stop
from specs.sources.database.extracts import UsageExtract
from specs.testing.resolver import MemoryResolver
from specs.topology.node import Item
from specs.topology.scope import EVERYTHING, KeyRange, Scope
from tests.connectors.common.sql.usage.usages import DAY, UsageToday, append, catalog, source, stored, walked, write

STATEMENTS = [
    (10, "ann", "SELECT o.total FROM orders o JOIN customers c ON c.id = o.customer_id WHERE c.name = 'secret one'"),
    (20, "bob", "select o.total from orders o join customers c on c.id = o.customer_id where c.name = 'secret two'"),
    (30, "ann", "INSERT INTO daily SELECT id, total FROM orders"),
    (40, "cid", "INSERT INTO customers VALUES (1, 'secret')"),
    (50, "cid", "SELECT * FROM nowhere"),
    (60, "cid", "SET search_path = public"),
    (70, "cid", "SELECT FROM WHERE ((("),
]


def test_a_day_is_told_by_object(tmp_path: Path) -> None:
    write(tmp_path / "log", STATEMENTS)
    day, used, outcomes = walked(source(tmp_path / "log"))
    assert not outcomes
    assert set(used) == {"db.public.orders", "db.public.customers", "db.public.daily"}
    orders, customers, daily = (used[f"db.public.{name}"] for name in ("orders", "customers", "daily"))
    assert (orders.fqn, orders.target) == ('shop.2026-11-29."db.public.orders"', "shop.db.public.orders")
    assert orders.parent == day.fqn == "shop.2026-11-29"
    assert (orders.queries, orders.reads, orders.writes) == (3, 3, 0)
    assert (customers.queries, customers.reads, customers.writes) == (3, 2, 1)
    assert (daily.queries, daily.reads, daily.writes) == (1, 0, 1)
    assert (orders.users, orders.user_names, customers.users) == (2, ("ann", "bob"), 3)
    assert orders.first_use == datetime(2026, 11, 29, 0, 0, 10, tzinfo=UTC)
    assert orders.last_use == datetime(2026, 11, 29, 0, 0, 30, tzinfo=UTC)
    assert ColumnUse(column="total", queries=3) in orders.columns
    assert orders.joins == (Join(other="shop.db.public.customers", count=2, columns=(("customer_id", "id"),)),)
    assert customers.joins == (Join(other="shop.db.public.orders", count=2, columns=(("id", "customer_id"),)),)
    text = "select o.total from orders o join customers c on c.id = o.customer_id where c.name = ?"
    assert orders.top[0] == QueryUse(sql=text, count=2, users=2, mean_ms=2.0)


def test_the_account_of_a_day_adds_up_to_the_log(tmp_path: Path) -> None:
    write(tmp_path / "log", STATEMENTS * 3 + [(86_400, "ann", "SELECT 1")])
    day, used, _ = walked(source(tmp_path / "log"))
    assert day.statements == 21 == day.resolved + day.unresolved + day.nameless + day.unparsed
    assert (day.resolved, day.unresolved, day.nameless, day.unparsed) == (12, 3, 3, 3)
    assert (day.shapes, day.users, day.unknown) == (6, 3, ("db.public.nowhere",))
    assert used["db.public.orders"].queries == 9


@pytest.mark.parametrize(
    "statement",
    ["DELETE FROM daily WHERE day = 1", "UPDATE daily SET total = 1", "CREATE TABLE daily AS SELECT id FROM orders"],
)
def test_what_changes_an_object_is_a_write(statement: str, tmp_path: Path) -> None:
    write(tmp_path / "log", [(1, "ann", statement)])
    day, used, _ = walked(source(tmp_path / "log"))
    assert (used["db.public.daily"].queries, used["db.public.daily"].writes, day.resolved) == (1, 1, 1)


def test_no_data_of_the_log_is_kept(tmp_path: Path) -> None:
    write(tmp_path / "log", STATEMENTS)
    day, used, _ = walked(source(tmp_path / "log"))
    assert "secret" not in "".join(each.content() for each in [day, *used.values()])


def test_a_second_reading_is_the_same_and_empties_what_is_used_no_more(tmp_path: Path) -> None:
    log = tmp_path / "log"
    write(log, STATEMENTS)
    day, used, _ = walked(source(log))
    again = walked(source(log, [day, *used.values()]))
    assert (again[0], again[1]) == (day, used)
    write(log, STATEMENTS[3:4])
    _, fewer, _ = walked(source(log, [day, *used.values()]))
    assert {name: use.queries for name, use in fewer.items()} == {
        "db.public.orders": 0,
        "db.public.customers": 1,
        "db.public.daily": 0,
    }


def test_users_are_hashed_or_left_out(tmp_path: Path) -> None:
    write(tmp_path / "log", STATEMENTS)
    keys = [tmp_path / "key", tmp_path / "other"]
    for key in keys:
        key.write_text(key.name)
    made = [source(tmp_path / "log", users="hashed", hash_key=f"${{file:{key}}}") for key in [*keys, keys[0]]]
    (_, hashed, _), (_, other, _), (_, again, _) = map(walked, made)
    _, none, _ = walked(source(tmp_path / "log", users="none"))
    told = hashed["db.public.orders"].user_names
    assert len(told) == 2
    assert not {"ann", "bob"} & set(told)
    assert hashed == again
    assert not set(other["db.public.orders"].user_names) & set(told)  # who knows the names still needs the key
    assert (none["db.public.orders"].users, none["db.public.orders"].user_names) == (2, ())


@pytest.mark.parametrize("key", [None, "secret", "${prompt:key}"])
def test_hashes_need_a_reference_to_a_key(key: str | None) -> None:
    with pytest.raises(ValidationError, match="reference"):
        UsageExtract(users="hashed", hash_key=key)


def test_days_are_units_in_the_zone_of_the_recipe(tmp_path: Path) -> None:
    log = tmp_path / "log"
    write(log, [(-7200, "ann", "select 1 from orders"), (-3600, "ann", "select 1 from orders")])
    made = source(log, window="3d", zone="Europe/Berlin")
    assert [item.key for item in made.days(Scope.of("shop"), EVERYTHING)] == ["2026-11-27", "2026-11-28", "2026-11-29"]
    only = KeyRange(after="2026-11-27", until="2026-11-28")
    assert [item.key for item in made.days(Scope.of("shop"), only)] == ["2026-11-28"]
    assert walked(made)[0].statements == 1  # 23:00 UTC is midnight there
    assert walked(made, "2026-11-28")[0].statements == 1
    assert walked(made)[0].zone == "Europe/Berlin"


def days(made: UsageToday) -> dict[str, Item]:
    return {each.name: each for each in made.days(Scope.of("shop"), EVERYTHING) if isinstance(each, Item)}


def test_a_day_is_read_again_only_when_something_was_written_for_it(tmp_path: Path) -> None:
    log = tmp_path / "log"
    write(log, [(second - 86_400, user, text) for second, user, text in STATEMENTS[:5]] + STATEMENTS[:4])
    first = source(log, window="2d")
    found = days(first)
    assert list(found) == ["2026-11-28", "2026-11-29"]
    known = [each for name, item in found.items() for each in stored(first, name, item.data)]
    assert [day.statements for day in known if isinstance(day, UsageDay)] == [5, 4]
    assert not days(source(log, known, window="2d"))
    assert len(days(source(log, known, window="2d", users="none"))) == 2
    line = '{"time": 1795910500, "text": "select 1 from orders", "database": "db"}\n'
    append(log, line)
    later = source(log, known, window="2d")
    assert list(days(later)) == ["2026-11-29"]
    assert walked(later, data=days(later)["2026-11-29"].data)[0].statements == 5


def test_a_window_that_is_widened_reads_the_older_days(tmp_path: Path) -> None:
    log = tmp_path / "log"
    write(log, [(second - ago * 86_400, user, text) for ago in (2, 1, 0) for second, user, text in STATEMENTS[:4]])
    first = source(log, window="1d")
    known = [each for name, item in days(first).items() for each in stored(first, name, item.data)]
    wider = source(log, known, window="3d")
    found = {name: walked(wider, name, item.data)[0].statements for name, item in days(wider).items()}
    assert found == {"2026-11-27": 4, "2026-11-28": 4}


def test_a_day_is_read_again_when_an_unknown_name_fits_something_now(tmp_path: Path) -> None:
    log = tmp_path / "log"
    write(log, [(1, "ann", "select a from nowhere")])
    first = source(log)
    known = stored(first, data=days(first)["2026-11-29"].data)
    assert isinstance(known[0], UsageDay)
    assert known[0].unknown == ("db.public.nowhere",)
    assert not days(source(log, known))
    nowhere = Table(fqn="shop.db.public.nowhere", name="nowhere", parent="shop.db.public", table_type="regular")
    assert days(source(log, [*known, nowhere]))


def test_a_day_with_broken_lines_is_told_by_each_run(tmp_path: Path) -> None:
    log = tmp_path / "log"
    write(log, STATEMENTS)
    append(log, "{broken\n")
    first = source(log)
    known = stored(first, data=days(first)["2026-11-29"].data)
    assert list(days(source(log, known))) == ["2026-11-29"]


def test_a_day_that_was_broken_off_is_read_again(tmp_path: Path) -> None:
    log = tmp_path / "log"
    write(log, STATEMENTS)
    first = source(log)
    data = days(first)["2026-11-29"].data
    told = stored(first, data=data)
    assert not days(source(log, told))
    for count in range(len(told)):
        assert list(days(source(log, told[:count]))) == ["2026-11-29"]
    account = told[0]
    assert isinstance(account, UsageDay)
    later = account.model_copy(update={"log": account.log | {"begun": DAY + 50_000}})  # a run began, and ended here
    assert list(days(source(log, [later, *told[1:]]))) == ["2026-11-29"]


def test_a_day_of_which_an_object_was_not_told_is_read_again(tmp_path: Path) -> None:
    log, scope, day = tmp_path / "log", Scope.of("shop", "2026-11-29"), "2026-11-29"
    write(log, STATEMENTS)
    made = source(log)
    (account,) = made.yield_day(Item(day, day, days(made)[day].data), scope)
    objects = [each for each in made.used(scope, EVERYTHING) if isinstance(each, Item)]
    for item in objects[1:]:
        list(made.yield_usage(item, scope.child(item.name)))
    (mark,) = made.yield_day_watermark(Item("watermark", "watermark"), scope.child("watermark"))
    assert isinstance(account, UsageDay)
    assert list(days(source(log, [account, mark]))) == [day]


def test_a_broken_line_is_an_outcome_and_costs_itself(tmp_path: Path) -> None:
    log = tmp_path / "log"
    write(log, STATEMENTS)
    append(log, "{broken\n")
    day, _, outcomes = walked(source(log))
    assert (day.statements, day.broken) == (7, 1)
    assert [(each.kind, each.type, each.reason) for each in outcomes] == [("failed", "UsageDay", "form")]
    assert outcomes[0].fqn.startswith("shop.2026-11-29.")
    assert outcomes[0].key == "2026-11-29"  # a retry reads the day


def test_a_log_that_is_not_whole_replaces_nothing(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with pytest.raises(Stop, match="there is no such file"):
        walked(source(log))
    write(log, STATEMENTS)
    append(log, "nonsense\n" * 8)
    with pytest.raises(Stop, match="8 lines are broken, and 7 are not"):
        walked(source(log))


def test_without_a_log_the_recipe_is_told_what_to_name() -> None:
    with pytest.raises(Fatal, match="query_log"):
        list(source("log", query_log=None).days(Scope.of("shop"), EVERYTHING))


def test_a_catalog_that_holds_nothing_is_no_unused_service(tmp_path: Path) -> None:
    write(tmp_path / "log", STATEMENTS)
    made = source(tmp_path / "log")
    made.resolver = MemoryResolver.of(catalog()[:1])
    with pytest.raises(Stop, match="holds nothing of this service"):
        walked(made)


def test_old_days_leave_the_catalog(tmp_path: Path) -> None:
    made = source(tmp_path / "log", keep="30d")
    scope = Scope.of("shop")
    assert made.exists("UsageDay", scope, ["2026-10-29", "2026-10-30"]) == {"2026-10-29": "no", "2026-10-30": "yes"}
    assert made.settings.day_of(DAY) == date(2026, 11, 29)
