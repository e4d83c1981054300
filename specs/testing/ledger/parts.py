"""A run of several parts: the metadata goes first, and units of two parts at one place are two."""

from __future__ import annotations

import time
from typing import Any

from specs.contracts.work import Verdict, unit_id
from specs.service_spec import METADATA
from specs.testing.ledger.harness import Harness, batch
from specs.testing.ledger.rules import SERVICE, Rules
from specs.topology.events import Start

WHOLE: list[Any] = ["shop", "shop", {}, None]
USAGE = Start("service", SERVICE, WHOLE, part="usage")


class PartRules(Rules):
    """Rules of runs with more than one part."""

    def test_other_parts_begin_when_the_metadata_is_stored(self, harness: Harness) -> None:
        run = self.open(harness, USAGE, Start("service", SERVICE, WHOLE))
        first = self.claim(harness)
        assert first.unit.start.part == METADATA
        assert harness.ledger.claim("w", now=time.time()) is None
        assert harness.ledger.advance(run.id, now=time.time()).state == "running"
        below = Start("schema", SERVICE.child("a"), ["a", "a", {}, 1])
        assert self.commit(harness, batch(first, 1, "shop", done=True, children=[below])) == ["applied"]
        second = self.claim(harness)
        assert (second.unit.start.part, second.unit.start.node) == (METADATA, "schema")
        assert harness.ledger.advance(run.id, now=time.time()).state == "running"
        assert harness.ledger.claim("w", now=time.time()) is None
        assert self.commit(harness, batch(second, 1, "shop.a", done=True)) == ["applied"]
        assert harness.ledger.advance(run.id, now=time.time()).state == "running"
        third = self.claim(harness)
        assert third.unit.start == USAGE
        assert self.commit(harness, batch(third, 1, done=True)) == ["applied"]
        assert harness.ledger.advance(run.id, now=time.time()).state == "complete"

    def test_what_failed_of_the_metadata_holds_nothing_up(self, harness: Harness) -> None:
        run = self.open(harness, Start("service", SERVICE, WHOLE), USAGE)
        first = self.claim(harness)
        assert harness.ledger.release(first.unit.id, first.fence, now=time.time(), reason="broken", failed=True)
        assert harness.ledger.advance(run.id, now=time.time()).state == "running"
        assert self.claim(harness).unit.start == USAGE

    def test_a_part_alone_begins_at_once(self, harness: Harness) -> None:
        self.open(harness, USAGE)
        assert self.claim(harness).unit.start == USAGE

    def test_two_parts_over_the_same_place_are_two_units(self, harness: Harness) -> None:
        run = self.open(harness, USAGE)
        below = [Start("schema", SERVICE.child("a"), ["a", "a", {}, 1], part=part) for part in (METADATA, "usage")]
        assert self.commit(harness, batch(self.claim(harness), 1, done=True, children=below)) == ["applied"]
        assert {unit_id(run.id, each) for each in below} <= {unit.id for unit in harness.units(run.id)}
        assert {self.claim(harness).unit.start.part for _ in below} == {METADATA, "usage"}

    def test_what_is_held_ends_with_its_run(self, harness: Harness) -> None:
        run = self.open(harness, Start("service", SERVICE, WHOLE), USAGE)
        assert [unit.state for unit in harness.units(run.id)].count("held") == 1
        harness.ledger.end(run.id, state="cancelled", reason="enough", now=time.time())
        assert {unit.state for unit in harness.units(run.id)} == {"cancelled"}

    def test_a_part_that_ends_takes_what_waits_of_it_and_nothing_else(self, harness: Harness) -> None:
        run = self.open(harness, Start("service", SERVICE, WHOLE), USAGE, slots=4)
        self.commit(harness, batch(self.claim(harness), 1, "shop", done=True))
        assert harness.ledger.advance(run.id, now=time.time()).state == "running"
        below = [Start("schema", SERVICE.child(name), [name, name, {}, 1], part="usage") for name in "abcd"]
        other = Start("schema", SERVICE.child("a"), ["a", "a", {}, 1])
        children = [other, *below]
        assert self.commit(harness, batch(self.claim(harness), 1, done=True, children=children)) == ["applied"]
        kept, delayed, first, second = (self.claim(harness) for _ in range(4))
        assert [each.unit.start for each in (kept, delayed, first, second)] == children[:4]
        assert harness.ledger.release(delayed.unit.id, delayed.fence, now=time.time(), reason="later", delay=60.0)
        assert harness.ledger.end_part(first.unit.id, first.fence, reason="refused", now=time.time())
        assert not harness.ledger.end_part(first.unit.id, first.fence, reason="refused", now=time.time())
        assert harness.ledger.claim("w", now=time.time()) is None
        for each in (second, kept):
            assert harness.ledger.advance(run.id, now=time.time()).open
            assert self.commit(harness, batch(each, 1, done=True)) == ["applied"]
        ended = harness.ledger.advance(run.id, now=time.time())
        assert ended.state == "partial"
        assert [each in ended.reason for each in ("shop.a", "shop.b", "shop.c", "shop.d")] == [True, True, False, True]
        assert "schema (usage): refused" in ended.reason

    def test_suspects_are_asked_for_at_the_source_of_their_part(self, harness: Harness) -> None:
        run = self.open(harness)
        self.commit(harness, batch(self.claim(harness), 1, "shop", done=True))
        harness.suspects = [(METADATA, SERVICE, [("Table", "shop.x")]), ("usage", SERVICE, [("Usage", "shop.x")])]
        assert harness.ledger.advance(run.id, now=time.time()).state == "confirming"
        asked = {}
        for _ in range(2):
            confirm = self.claim(harness)
            found = harness.ledger.suspects(confirm.unit.id)
            asked[confirm.unit.start.part] = found
            verdicts = [Verdict(type_, fqn, "no") for type_, fqn in found]
            self.commit(harness, batch(confirm, 1, done=True, verdicts=verdicts))
        assert asked == {METADATA: [("Table", "shop.x")], "usage": [("Usage", "shop.x")]}
        assert harness.ledger.advance(run.id, now=time.time()).state == "complete"
