"""Runs whose connections reach other servers than they should: replaced, behind, promoted, or taking turns."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from scheduler.app.runs.crawl import crawl, resume
from scheduler.app.runs.summary import Summary
from tests.scheduler.app.runs.crawled import Estate

TABLE, SCHEMA = "shop.db_00.schema_0001.t0000003", "shop.db_00.schema_0001"
CHANGED = "shop.db_00.schema_0000.t0000001"
PRIMARY = {"position": 100, "version": 7}
BEHIND = {"position": 50, "standby": True, "version": 3, "dropped": [SCHEMA]}


class Turns(Estate):
    """Crawls whose connections reach one server after the other."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.workers = 1
        self.runs = 0

    def reach(self, *servers: dict[str, Any], accept: bool = False, **connection: Any) -> Summary:
        self.runs += 1
        state = str(self.folder / f"connections{self.runs}")
        given = {"reaches": list(servers), "state": state, "changed": [CHANGED], "schemas": 3} | connection
        return self.crawl(workers=self.workers, accept=accept, **given)

    def comment(self, fqn: str) -> str | None:
        found = [json.loads(line) for line in self.export()]
        return next((each.get("comment") for each in found if each["fqn"] == fqn), None)


@pytest.fixture
def estate(tmp_path: Path) -> Turns:
    return Turns(tmp_path)


@pytest.mark.parametrize("workers", [1, 2])
def test_another_server_in_mid_run_is_refused_and_nothing_goes(estate: Turns, workers: int) -> None:
    estate.workers = workers
    estate.reach({"identity": "one"})
    before = estate.export()
    for turns in (1, 2, 4):
        other = {"identity": "two", "dropped": [SCHEMA], "version": 9}
        broken = estate.reach(*[{"identity": "one"}] * turns, other, reconnects=True)
        assert (broken.status, broken.exit_code) == ("failed", 2)
        assert "fake:two" in broken.reason
        assert estate.export() == before
    assert estate.reach({"identity": "one"}).status == "complete"


def test_an_answer_of_another_server_is_no_evidence(estate: Turns) -> None:
    """The first server does not list a table that it has; wherever the second takes over, its "no" is not heard."""
    estate.reach({"identity": "one"})
    for turns in (4, 8, 12, 14, 15, 16, 17, 18, 30):
        one, two = {"identity": "one"}, {"identity": "two", "dropped": [TABLE]}
        told = estate.reach(*[one] * turns, two, reconnects=True, unlisted=[TABLE])
        assert told.status == "failed" or turns > 12
        assert estate.state(TABLE) == "live"


@pytest.mark.parametrize("reconnects", [False, True])
def test_a_standby_that_is_behind_takes_nothing_away_and_overwrites_nothing(estate: Turns, reconnects: bool) -> None:
    estate.reach(PRIMARY)
    before = estate.export()
    for _ in range(2):
        told = estate.reach(BEHIND, reconnects=reconnects)
        assert (told.status, told.exit_code) == ("partial", 3)
        assert "standby is behind" in told.reason
        assert "standby is behind" in told.as_json()["doubt"]
        assert (told.deleted, told.missing) == ({}, {})
        assert estate.export() == before
    assert estate.comment(CHANGED) == "version 7"
    assert estate.reach(PRIMARY).status == "complete"
    assert estate.export() == before


@pytest.mark.parametrize("workers", [1, 2])
def test_an_endpoint_that_takes_turns_deletes_no_live_table(estate: Turns, workers: int) -> None:
    estate.workers = workers
    estate.reach(PRIMARY)
    before = estate.export()
    for _ in range(2):
        told = estate.reach(*[PRIMARY, BEHIND] * 40, reconnects=True)
        assert told.status == "partial"
        assert estate.export() == before


def test_a_standby_that_has_caught_up_is_as_good_as_the_primary(estate: Turns) -> None:
    estate.reach(PRIMARY)
    told = estate.reach({**PRIMARY, "position": 120, "standby": True, "dropped": [TABLE]})
    assert told.status == "complete"
    assert estate.state(TABLE) == "missing"


def test_what_only_the_one_behind_has_is_kept(estate: Turns) -> None:
    """Nothing in the catalog is newer than it."""
    estate.reach({**PRIMARY, "dropped": [TABLE]})
    told = estate.reach({**BEHIND, "dropped": []})
    assert told.status == "partial"
    assert estate.state(TABLE) == "live"


def test_a_promoted_copy_is_another_history_until_it_is_accepted(estate: Turns) -> None:
    estate.reach(PRIMARY)
    before = estate.export()
    copy = {"position": 300, "timeline": 2, "forks": {"1": 60}, "version": 8}
    refused = estate.reach(copy)
    assert (refused.status, refused.exit_code) == ("failed", 2)
    assert "another history" in refused.reason
    assert estate.export() == before
    assert estate.reach(copy, accept=True).status == "complete"
    assert estate.comment(CHANGED) == "version 8"
    assert estate.reach(copy).status == "complete"


def test_a_failover_goes_on_where_the_primary_was(estate: Turns) -> None:
    estate.reach(PRIMARY)
    new = {"position": 300, "timeline": 2, "forks": {"1": 100}, "version": 8}
    assert estate.reach(new).status == "complete"
    assert estate.comment(CHANGED) == "version 8"
    assert estate.reach({**new, "timeline": 3, "position": 400}).status == "partial", (
        "nobody says where it was promoted"
    )


@pytest.mark.parametrize("accept", [False, True])
def test_a_resumed_run_reads_the_server_that_it_began_on(estate: Turns, accept: bool) -> None:
    """Stopped in the middle, the address leads elsewhere when it goes on: not even consent mixes two servers."""
    estate.reach({"identity": "one"})
    before = estate.export()
    hang = [{"at": "build", "where": TABLE, "action": "hang", "times": 1}]
    state = str(estate.folder / "stopped")
    one, two = {"identity": "one"}, {"identity": "two", "dropped": [SCHEMA]}
    slots = {"limits": {"connections": 1}}
    recipe = estate.recipe(recipe=slots, reaches=[one, two], state=state, schemas=3, changed=[CHANGED], faults=hang)
    once = iter([signal.SIGINT])
    begun = crawl(recipe, catalog=estate.url, on_progress=lambda _: os.kill(os.getpid(), next(once, 0)))
    assert begun.status == "interrupted"
    told = resume(begun.run, catalog=estate.url, accept_identity=accept)
    assert told.status == "failed"
    assert "fake:two" in told.reason
    assert estate.export() == before
