"""Named statements of a room, run on both databases."""

from __future__ import annotations

import re
from typing import Any

import pytest

from workers.store import named_sql
from workers.store.database import SqlDatabase
from workers.store.migrations.rooms import ROOMS
from workers.store.statements import HELD_ROWS, Transactions

FIRE = {"schedule": "nightly", "outcome": "queued", "run": None, "reason": "", "at": 5.0}


def fires(*times: float) -> list[dict[str, Any]]:
    return [{**FIRE, "fire_time": time} for time in times]


def test_a_statement_answers_rows_or_values(db: SqlDatabase) -> None:
    transactions = Transactions(db, "workers.schedules")
    with transactions.write() as sql:
        assert sql.many("add_fire", []) == 0
        assert sql.many("add_fire", fires(1.0)) == 1
        assert sql.many("add_fire", fires(1.0, 2.0, 3.0)) == 2
        assert sql.do("add_fire", **fires(3.0)[0]) == 0
    with transactions.read() as sql:
        row = sql.one("first_queued", schedule="nightly")
        assert row is not None
        assert (row.fire_time, row.at) == (1.0, 5.0)
        assert [row.fire_time for row in sql.all("fires", schedule="nightly", limit=2)] == [3.0, 2.0]
        assert sql.column("queued") == ["nightly"]
        assert sql.value("queued") == "nightly"
        assert sql.one("first_queued", schedule="none") is None
        assert sql.value("first_queued", schedule="none") is None
        assert "queued" in sql
        assert "no_such_name" not in sql
        with pytest.raises(KeyError, match="no_such_name"):
            sql.all("no_such_name")


def test_an_answer_of_any_size_is_streamed(db: SqlDatabase) -> None:
    transactions = Transactions(db, "workers.schedules")
    times = [float(n) for n in range(2 * HELD_ROWS + 1)]
    with transactions.write() as sql:
        sql.many("add_fire", fires(*times))
    with transactions.read() as sql:
        found = sql.stream("fires", schedule="nightly", limit=len(times))
        assert next(found).fire_time == times[-1]
        assert [row.fire_time for row in found] == times[-2::-1]


def test_now_is_the_callers_clock_on_sqlite_and_the_servers_on_postgresql(db: SqlDatabase) -> None:
    with Transactions(db, "workers.schedules").write(now=100.0) as sql:
        sql.do("lead", role="scheduler", holder="one", lease=15.0)
        assert sql.value("leader", role="scheduler") == "one"
        sql.now = 115.0
        assert sql.value("leader", role="scheduler") == (None if db.dialect == "sqlite" else "one")


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_every_word_of_a_statement_is_filled_in(dialect: str) -> None:
    for room in ROOMS:
        found = named_sql.load(room, dialect)
        assert found
        assert not [name for name, statement in found.items() if re.search(r"\{\w+\}", statement)]
