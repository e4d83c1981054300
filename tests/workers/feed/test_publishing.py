"""The publisher finds the sinks of a cluster's recipes and feeds each at its own pace."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from specs.contracts.assignment import Opening
from specs.contracts.sink import ChangeSink
from specs.errors import Fatal, Retry, UsageError
from specs.testing.sink import MemoryFollower
from specs.topology.events import Start
from specs.topology.scope import Scope
from tests.patience import PATIENCE
from tests.workers.feed.told import Failing, catalog, filled, objects, remove, row, store
from workers.feed import letters
from workers.feed.publisher.process import serve
from workers.feed.publisher.publisher import Publishing
from workers.feed.publisher.replay import replay
from workers.feed.subscription.subscriptions import FollowerView
from workers.ledger import SqlLedger
from workers.process.stop_flag import StopFlag
from workers.store.database import SqlDatabase

HOOK = {"type": "webhook", "url": "https://host/a?key=1"}
FILE = {"type": "jsonl", "path": "out.jsonl", "mode": "changes"}


def opened(db: SqlDatabase, *sinks: Mapping[str, Any], service: str = "shop", via: Any = "cluster") -> str:
    recipe = {"service": {"name": service, "type": "fake"}, "sinks": list(sinks)}
    start = Start("service", Scope.of(service), [service, service, {}, None])
    ledger = SqlLedger(db)
    run = ledger.open_run(Opening(service, "fake", recipe, (start,), slots=1, via=via), now=time.time())
    ledger.end(run.id, state="complete", reason="", now=time.time())
    return run.id


class Sinks:
    """Hands out sinks in memory by label."""

    def __init__(self, **made: ChangeSink) -> None:
        self.made: dict[str, Any] = dict(made)
        self.asked = 0

    def __call__(self, config: Mapping[str, Any], service: str) -> ChangeSink:
        self.asked += 1
        found: ChangeSink = self.made.setdefault(config["settings"]["type"], MemoryFollower())
        return found


def until(publishing: Publishing, true: Callable[[], object]) -> None:
    publishing._discovered = float("-inf")
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, [publishing.followers.views()]
        publishing._quiet.clear()
        publishing.step()
        publishing.idle(0.05)
    assert publishing.idle(30)


def views(publishing: Publishing) -> dict[str, FollowerView]:
    return {view.sink: view for view in publishing.followers.views()}


def test_sinks_of_a_clusters_recipes_are_fed(db: SqlDatabase) -> None:
    filled(db, 20)
    opened(db, HOOK, FILE, {"type": "jsonl", "path": "snapshot.jsonl"})
    opened(db, HOOK, service="mine", via="embedded")
    sinks = Sinks()
    publishing = Publishing(db, StopFlag(), make=sinks)
    until(
        publishing, lambda: len(sinks.made) == 2 and all(objects(each) == catalog(db) for each in sinks.made.values())
    )
    assert sorted(views(publishing)) == ["shop/jsonl out.jsonl", "shop/webhook https://host/a"]

    store(db, row("shop.db.s0.new"))
    remove(db, row("shop.db.s0.t001"))
    until(publishing, lambda: all(objects(each) == catalog(db) for each in sinks.made.values()))
    assert sinks.asked == 2, "sinks keep their connections"
    publishing.close()


def test_a_sink_that_leaves_the_recipe_rests_and_goes_on_later(db: SqlDatabase) -> None:
    filled(db, 3)
    opened(db, HOOK)
    sinks = Sinks()
    publishing = Publishing(db, StopFlag(), make=sinks)
    until(publishing, lambda: "webhook" in sinks.made and objects(sinks.made["webhook"]) == catalog(db))
    time.sleep(0.01)
    opened(db)
    until(publishing, lambda: views(publishing)["shop/webhook https://host/a"].state == "idle")
    store(db, row("shop.db.s0.new"))
    publishing.step()
    assert publishing.idle(30)
    hook = sinks.made["webhook"]
    assert objects(hook) != catalog(db)
    told = len(hook.told)
    time.sleep(0.01)
    opened(db, HOOK)
    until(publishing, lambda: objects(hook) == catalog(db))
    assert len(hook.told) == told + 1
    publishing.close()


def test_what_fails_is_told_and_tried_again(db: SqlDatabase) -> None:
    filled(db, 3)
    opened(db, HOOK, FILE)
    faults: list[Exception] = [Retry("away", delay=0.01), Fatal("no such place"), KeyError("a bug")]

    def fault(_: object) -> None:
        if faults:
            raise faults.pop(0)

    failing = Failing(fault)
    sinks = Sinks(webhook=failing)
    publishing = Publishing(db, StopFlag(), make=sinks)
    name = "shop/webhook https://host/a"
    for reason, state in [("away", "snapshot"), ("no such place", "broken"), ("internal error: KeyError", "snapshot")]:
        until(
            publishing, lambda reason=reason: views(publishing).get(name) and reason in views(publishing)[name].reason
        )
        assert views(publishing)[name].state == state
        assert not views(publishing)[name].holder
    until(publishing, lambda: objects(failing) == catalog(db))
    assert (views(publishing)[name].failing, views(publishing)[name].reason) == (0, "")
    assert objects(sinks.made["jsonl"]) == catalog(db), "the other sink was not hindered"
    publishing.close()


def test_a_reference_that_does_not_resolve_is_told_by_name(db: SqlDatabase) -> None:
    filled(db, 1)
    opened(db, {"type": "webhook", "url": "${env:NO_SUCH_HOOK}"})
    publishing = Publishing(db, StopFlag())
    name = "shop/webhook ${env:NO_SUCH_HOOK}"
    until(publishing, lambda: name in views(publishing) and views(publishing)[name].reason)
    assert "environment variable NO_SUCH_HOOK is not set" in views(publishing)[name].reason
    publishing.close()


def test_two_publishers_share_without_sending_twice(db: SqlDatabase) -> None:
    filled(db, 120)
    opened(db, HOOK, FILE)
    sinks = Sinks(webhook=Failing(lambda _: time.sleep(0.01), entries=5))
    both = [Publishing(db, StopFlag(), make=sinks, name=f"elsewhere:{at}:1") for at in range(2)]
    end = time.monotonic() + PATIENCE
    while not (len(sinks.made) == 2 and all(objects(each) == catalog(db) for each in sinks.made.values())):
        assert time.monotonic() < end
        for each in both:
            each.step()
        time.sleep(0.01)
    for each in both:
        assert each.idle(30)
        each.close()
    for sink in sinks.made.values():
        assert len(sink.told) == 123


def test_dead_letters_are_sent_again_with_what_holds_now(db: SqlDatabase) -> None:
    filled(db, 5)
    opened(db, HOOK, FILE)
    bad = {"shop.db.s0.t001", "shop.db.s0.t003"}

    def refuse(changes: Any) -> Any:
        from specs.contracts.sink import Refused

        return [Refused(change, "odd") for change in changes if change.fqn in bad]

    sinks = Sinks(webhook=Failing(refuse))
    publishing = Publishing(db, StopFlag(), make=sinks)
    until(publishing, lambda: len(letters(db)) == 2 and "jsonl" in sinks.made)
    name = "shop/webhook https://host/a"
    remove(db, row("shop.db.s0.t003"))
    assert [(each.delivered, each.refused) for each in replay(db, name, make=sinks)] == [(0, 2)]
    bad.clear()
    assert [each.delivered for each in replay(db, fqn="shop.db.s0.t003", make=sinks)] == [1]
    assert sinks.made["webhook"].told[-1].op == "delete"
    assert [letter.fqn for letter in letters(db)] == ["shop.db.s0.t001"]
    assert [each.sink for each in replay(db, make=sinks)] == [name]
    assert (letters(db), replay(db, make=sinks)) == ([], [])
    with pytest.raises(UsageError, match="unknown sink"):
        replay(db, "shop/no", make=sinks)
    until(publishing, lambda: objects(sinks.made["webhook"]) == catalog(db))
    publishing.close()


def test_the_process_stops_while_a_sink_hangs(tmp_path: Path) -> None:
    import threading

    from workers.store.database import open_database

    db, stop, hung = open_database(f"sqlite:///{tmp_path / 'c.db'}"), StopFlag(), threading.Event()
    filled(db, 3)
    from tests.servers.receiver import Fault, Hook, Receiver

    with Receiver(Hook(), [Fault("hang")]) as receiver:
        opened(db, {"type": "webhook", "url": receiver.url})

        def watch() -> None:
            end = time.monotonic() + PATIENCE
            while not receiver.requests and time.monotonic() < end:
                time.sleep(0.02)
            hung.set()
            stop.set()

        threading.Thread(target=watch, daemon=True).start()
        serve(db, stop)
        assert hung.is_set()
        receiver.stop()
        for thread in threading.enumerate():
            if thread.name.startswith("shop/"):
                thread.join(PATIENCE)
    db.close()
