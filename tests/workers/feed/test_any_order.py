"""Whatever happens in any order: a follower ends with what the catalog holds, and was told it in order."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduler.app.catalog.retention import gc
from specs.contracts.sink import Refused
from specs.errors import Fatal, Retry, Skip
from tests.workers.feed.told import SINK, Failing, catalog, held, objects, registered, remove, row, store
from workers.feed.subscription.delivery import Sent
from workers.feed.subscription.subscriber import Following, SubscriptionLost
from workers.process.stop_flag import StopFlag
from workers.store.database import SqlDatabase, open_database

NAMES = ["shop", "shop.db", "shop.db.a", "shop.db.b", *[f"shop.db.{s}.t{n}" for s in "ab" for n in range(4)]]
STEP = st.one_of(
    st.tuples(st.just("store"), st.lists(st.sampled_from(NAMES), min_size=1, max_size=6), st.integers(0, 3)),
    st.tuples(st.just("remove"), st.lists(st.sampled_from(NAMES[4:]), min_size=1, max_size=3), st.just(0)),
    st.tuples(
        st.just("feed"), st.lists(st.sampled_from(["ok", "away", "lost", "no", "poison"]), max_size=6), st.just(0)
    ),
    st.tuples(st.sampled_from(["gc", "killed", "other", "stolen"]), st.just([]), st.just(0)),
)


@pytest.mark.parametrize("entries", [1, 3])
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, max_size=25))
def test_any_order_of_changes_faults_and_kills(entries: int, steps: list[tuple[str, list[str], int]]) -> None:
    db = open_database("sqlite://")
    try:
        _play(db, steps, entries)
    finally:
        db.close()


def _play(db: SqlDatabase, steps: list[tuple[str, list[str], int]], entries: int) -> None:
    plan: list[str] = []

    def fault(changes: Any) -> Any:
        what = plan.pop(0) if plan else "ok"
        if what == "away":
            raise Retry("away")
        if what == "lost":  # taken, but the answer is lost
            taking.deliver(changes)
            raise Retry("no answer")
        if what == "no":
            raise Fatal("refused")
        if what == "poison":
            if len(changes) > 1:
                raise Skip("one of them")
            return [Refused(changes[0], "poison")]
        return None

    sink = Failing(fault, entries=entries)
    taking = Failing(lambda _: None, entries=entries)
    taking.objects, taking.told, taking._seqs = sink.objects, sink.told, sink._seqs
    with db.write() as conn:
        conn.exec_driver_sql("INSERT INTO services (service, type) VALUES ('shop', 'fake')")
    followers, sent = registered(db), Sent()

    def feed() -> None:
        nonlocal sent
        try:
            Following(db, followers, held(followers), sink, StopFlag(), sent).feed()
        except (Retry, Fatal):
            return
        sent = Sent()

    for at, (what, names, version) in enumerate(steps):
        if what == "store":
            store(db, *[row(name, comment=f"{version}") for name in sorted(names)], run=f"r{at}")
        elif what == "remove":
            there = {key[1] for key in catalog(db)}
            remove(db, *[row(name) for name in dict.fromkeys(names) if name in there], at=float(at))
        elif what == "feed":
            plan[:] = names
            feed()
        elif what == "gc":
            gc(db, days=0, now=float(at))
        elif what == "killed":
            sent = Sent()
        elif what == "other":
            store(db, row("other"), row("other.db"), service="other", run=f"r{at}")
        elif what == "stolen":
            store(db, row("shop.db.b.t0", comment=f"of step {at}"), run=f"r{at}")
            mine = held(followers)
            followers.release(SINK)
            thief = registered(db, name="thief:1:1")
            thief.take(SINK)
            with pytest.raises(SubscriptionLost):
                Following(db, followers, mine, sink, StopFlag()).feed()
            thief.release(SINK)
    plan.clear()
    for _ in range(3):
        feed()
    one = Following(db, followers, held(followers), sink, StopFlag())
    one.replay()
    assert objects(sink) == catalog(db)
    newest: dict[tuple[str, str], int] = {}
    for change in sink.told:
        assert change.seq >= newest.get((change.type, change.fqn), 0)
        newest[change.type, change.fqn] = change.seq
