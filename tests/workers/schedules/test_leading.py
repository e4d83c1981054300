"""One leader at a time: leases, those that run out, those that are given back."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.patience import PATIENCE
from workers.schedules import Leadership, leads
from workers.store.database import SqlDatabase, open_database


@pytest.fixture(params=["sqlite", "postgresql"])
def db(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlDatabase]:
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_database")
    else:
        url = f"sqlite:///{tmp_path_factory.mktemp('db') / 'c.db'}"
    made = open_database(url)
    yield made
    made.close()


pytestmark = pytest.mark.server


def until(true: Iterator[object]) -> None:
    end = time.monotonic() + PATIENCE
    while not next(true):
        assert time.monotonic() < end
        time.sleep(0.02)


def test_one_leads_until_it_leaves(db: SqlDatabase) -> None:
    one, two = Leadership(db, "scheduler", name="one"), Leadership(db, "scheduler", name="two")
    assert leads(db, "scheduler") is None
    assert (one.hold(), two.hold(), one.hold()) == (True, False, True)
    assert leads(db, "scheduler") == "one"
    two.leave()
    assert leads(db, "scheduler") == "one", "nobody gives back what another one holds"
    one.leave()
    assert leads(db, "scheduler") is None
    assert two.hold()
    assert not one.hold()


def test_roles_are_apart(db: SqlDatabase) -> None:
    assert Leadership(db, "scheduler", name="one").hold()
    assert Leadership(db, "snapshots", name="two").hold()


def test_a_lease_runs_out(db: SqlDatabase) -> None:
    one = Leadership(db, "scheduler", name="one", lease=0.2)
    two = Leadership(db, "scheduler", name="two")
    assert one.hold()
    until(two.hold() for _ in iter(int, 1))
    assert not one.hold(), "it learns that it leads no more"


def test_a_lease_is_kept_beside_long_work(db: SqlDatabase) -> None:
    one = Leadership(db, "scheduler", name="one", lease=1.5)
    assert one.hold()
    ends = end_of_lease(db)
    with one.kept():
        until(end_of_lease(db) > ends + 1.5 for _ in iter(int, 1))
    until(Leadership(db, "scheduler", name="two").hold() for _ in iter(int, 1))


def end_of_lease(db: SqlDatabase) -> float:
    with db.read() as conn:
        return float(conn.exec_driver_sql("SELECT until FROM leaders").scalar_one())
