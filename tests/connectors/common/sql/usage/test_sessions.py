"""What sessions chose and made decides what their names mean: paths of schemas, USE, temporary tables."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from connectors.common.sql.usage.shapes.sessions import MOST_SESSIONS, PLAIN, SessionScopes
from specs.entities import Column, Entity, Schema, Table, Usage, UsageDay
from tests.connectors.common.sql.usage.usages import DAY, source, walked

Said = tuple[str, str]
"""Session and text."""


def told(
    folder: Path, said: Iterable[Said], more: Iterable[Entity] = (), user: str = "u"
) -> tuple[UsageDay, dict[str, int]]:
    log = folder / "log"
    lines = (
        json.dumps({"time": DAY + at, "user": user, "database": "db", "session": session, "text": text})
        for at, (session, text) in enumerate(said)
    )
    log.write_text("".join(f"{line}\n" for line in lines))
    os.utime(log, (DAY + 43_200, DAY + 43_200))
    day, used, _ = walked(source(log, more))
    assert all(isinstance(each, Usage) for each in used.values())
    return day, {name: use.queries for name, use in used.items()}


def elsewhere(schema: str = "sales") -> list[Entity]:
    """A schema with a table of a name that is in ``public``, too, and one of its own."""
    found: list[Entity] = [Schema(fqn=f"shop.db.{schema}", name=schema, parent="shop.db")]
    for name in ("orders", "rates"):
        columns = (Column(name="id", native_type="integer"),)
        fqn = f"shop.db.{schema}.{name}"
        found.append(Table(fqn=fqn, name=name, parent=f"shop.db.{schema}", table_type="regular", columns=columns))
    return found


ORDERS = "select id from orders"


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("SET search_path = sales", "sales"),
        ("set search_path to Sales, public", "sales"),
        ("SET SESSION search_path TO 'sales'", "sales"),
        ('set search_path = "nowhere", sales', "sales"),
        ("set schema 'sales'", "sales"),
        ("select pg_catalog.set_config('search_path', 'sales, public', false)", "sales"),
        ("/* app */ SET search_path = sales", "sales"),
        ("set search_path = public, sales", "public"),
        ("set search_path = default", "public"),
        ("set work_mem = '1GB'", "public"),
    ],
)
def test_the_path_of_a_session_decides(choice: str, expected: str, tmp_path: Path) -> None:
    _, used = told(
        tmp_path, [("a", choice), ("a", ORDERS), ("b", ORDERS), ("a", "select id from customers")], elsewhere()
    )
    assert used["db.public.orders"] + used.get("db.sales.orders", 0) == 2
    assert used.get(f"db.{expected}.orders") == (1 if expected == "sales" else 2)
    assert (used.get("db.public.customers") == 1) == ("public" in choice.lower() or expected == "public")


def test_a_path_ends_with_its_transaction_or_when_it_is_reset(tmp_path: Path) -> None:
    said = ["begin", "set local search_path = sales", ORDERS, "commit", ORDERS, "set search_path = sales", ORDERS]
    _, used = told(tmp_path, [("a", text) for text in [*said, "reset all", ORDERS]], elsewhere())
    assert used == {"db.sales.orders": 2, "db.public.orders": 2}


def test_a_user_has_a_schema_of_the_same_name_first(tmp_path: Path) -> None:
    said = [("a", "select id from rates"), ("a", ORDERS), ("a", "select id from customers")]
    _, used = told(tmp_path, said, elsewhere("ann"), user="ann")
    assert used == {"db.ann.rates": 1, "db.ann.orders": 1, "db.public.customers": 1}


TEMPORARY = [
    ("create temp table orders as select id from customers", 1),
    ("CREATE TEMPORARY TABLE IF NOT EXISTS Orders (id int)", 0),
    ("select id into temp orders from customers", 1),
    ("create local temporary table pg_temp.orders (id int) on commit preserve rows", 0),
]


@pytest.mark.parametrize(("made", "customers"), TEMPORARY)
def test_a_temporary_table_is_no_real_one_of_its_name(made: str, customers: int, tmp_path: Path) -> None:
    said = [("a", made), ("a", ORDERS), ("a", "insert into orders values (1)"), ("b", ORDERS)]
    day, used = told(tmp_path, [*said, ("a", "select o.id from orders o join daily d on d.day = o.id")])
    assert used.get("db.public.orders") == 1  # of session b
    assert used.get("db.public.customers", 0) == customers
    assert used["db.public.daily"] == 1
    assert day.statements == 5 == day.resolved + day.unresolved + day.nameless + day.unparsed
    assert not day.unknown


@pytest.mark.parametrize("end", ["drop table orders", "discard all", "alter table orders rename to other"])
def test_a_temporary_table_ends(end: str, tmp_path: Path) -> None:
    said = ["create temp table orders (id int)", ORDERS, end, ORDERS]
    _, used = told(tmp_path, [("a", text) for text in said])
    assert used == {"db.public.orders": 1}


def test_a_temporary_table_may_end_with_its_transaction(tmp_path: Path) -> None:
    said = ["begin", "create temp table orders (id int) on commit drop", ORDERS, "commit", ORDERS]
    _, used = told(tmp_path, [("a", text) for text in said])
    assert used == {"db.public.orders": 1}


def test_a_database_that_was_chosen_holds_until_the_log_tells_another() -> None:
    scopes = SessionScopes(folded=False)
    scopes.apply("a", "one", "USE `two`;", "use `two`")
    assert scopes.of("a", "u", "one", 1, None).database == "two"
    assert scopes.of("a", "u", "three", 1, None).database == ""


def test_sessions_are_bounded() -> None:
    scopes = SessionScopes(folded=True)
    for number in range(MOST_SESSIONS + 5):
        scopes.apply(f"s{number}", "", "set search_path = sales", "set search_path = sales")
    assert scopes.of("s0", "u", "", 1, None) == PLAIN
    assert scopes.of("s9", "u", "", 1, None).path == ("sales",)
    for number in range(1000):
        scopes.apply("s9", "", "", f"create temp table t{number} (a int)")
    names = " ".join(f"t{number}" for number in range(1000))
    assert len(scopes.of("s9", "u", "", 2, names).temporary) == 100
