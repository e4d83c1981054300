"""Rules about claims, leases, and units that are given back."""

from __future__ import annotations

import time

from specs.contracts.work import QueuePosition
from specs.testing.ledger.harness import Harness, batch
from specs.testing.ledger.rules import Rules, schema
from specs.topology.events import Start
from specs.topology.scope import KeyRange, Scope

DELAY_SECONDS = 0.05
"""Seconds that a unit is given back for."""


class UnitRules(Rules):
    """Claims and what ends them."""

    def test_slots_bound_the_units_at_work(self, harness: Harness) -> None:
        self.open(harness, *(schema(f"s{n}") for n in range(5)), slots=2)
        first = self.claim(harness)
        self.claim(harness)
        assert harness.ledger.claim("w", now=time.time()) is None
        assert harness.ledger.flushing(first.unit.id, first.fence, QueuePosition(0, "e", "1"))
        assert harness.ledger.flushing(first.unit.id, first.fence, QueuePosition(0, "e", "1"))
        self.claim(harness)
        assert harness.ledger.claim("w", now=time.time()) is None

    def test_slots_follow_the_recipe(self, harness: Harness) -> None:
        self.open(harness, slots=4)
        self.open(harness, slots=3)
        assert harness.slots("shop") == [None] * 3

    def test_the_deepest_unit_is_claimed_first(self, harness: Harness) -> None:
        run = self.open(harness, schema("a"), schema("b"))
        parent = self.claim(harness, run)
        assert parent.unit.start == schema("a")
        self.commit(harness, batch(parent, 1, children=[schema("a1")], cursor=("schema", "a1")))
        child = self.claim(harness, run)
        assert child.unit.start == schema("a1")
        assert (child.unit.depth, child.unit.parent) == (1, parent.unit.id)

    def test_a_start_is_read_back_exactly(self, harness: Harness) -> None:
        start = Start("table", Scope.of("shop", 'a."b'), None, KeyRange("ä", "ö\n", ("x", "ß")), 7)
        self.open(harness, start)
        assert self.claim(harness).unit.start == start

    def test_an_expired_lease_gives_the_unit_to_another_and_fences_the_first(self, harness: Harness) -> None:
        self.open(harness)
        first = self.claim(harness, lease=0.0)
        assert self.expire(harness) == 1
        assert self.expire(harness) == 0
        assert not harness.ledger.renew(first.unit.id, first.fence, now=time.time())
        second = self.claim(harness)
        assert second.unit == first.unit
        assert second.fence != first.fence
        assert self.commit(harness, batch(first, 1, "shop.a")) == ["fenced"]
        assert self.commit(harness, batch(second, 1, "shop.a")) == ["applied"]

    def test_a_renewed_lease_does_not_expire(self, harness: Harness) -> None:
        self.open(harness)
        claim = self.claim(harness, lease=0.0)
        assert harness.ledger.renew(claim.unit.id, claim.fence, progress="half", now=time.time())
        assert self.expire(harness) == 0

    def test_a_lease_expires_when_it_was_overdue_at_two_looks(self, harness: Harness) -> None:
        self.open(harness)
        claim = self.claim(harness, lease=0.0)
        assert harness.ledger.expire(now=time.time(), grace=0.0) == 0
        assert self.state(harness, claim) == "running"
        assert harness.ledger.expire(now=time.time(), grace=0.0) == 1
        assert self.state(harness, claim) == "ready"

    def test_two_looks_count_only_when_there_was_time_for_a_renewal_between_them(self, harness: Harness) -> None:
        self.open(harness)
        claim = self.claim(harness, lease=0.0)
        assert [harness.ledger.expire(now=time.time(), grace=60.0) for _ in range(3)] == [0, 0, 0]
        assert harness.ledger.renew(claim.unit.id, claim.fence, now=time.time())

    def test_a_renewal_between_two_looks_keeps_the_unit_though_the_lease_runs_out_again(self, harness: Harness) -> None:
        self.open(harness)
        claim = self.claim(harness, lease=0.0)
        for _ in range(3):
            assert harness.ledger.expire(now=time.time(), grace=0.0) == 0
            time.sleep(0.001)  # another moment, another lease
            assert harness.ledger.renew(claim.unit.id, claim.fence, lease=0.0, now=time.time())
        assert self.expire(harness) == 1

    def test_a_released_unit_goes_on_at_its_cursor_and_burns_no_attempt(self, harness: Harness) -> None:
        self.open(harness)
        claim = self.claim(harness)
        self.commit(harness, batch(claim, 1, "shop.a", cursor=("table", "a")))
        assert harness.ledger.release(claim.unit.id, claim.fence, now=time.time())
        assert not harness.ledger.release(claim.unit.id, claim.fence, now=time.time())
        # a batch that was on its way is still good
        assert self.commit(harness, batch(claim, 2, "shop.b", cursor=("table", "b"))) == ["applied"]
        again = self.claim(harness)
        assert (again.cursor, again.attempts, again.crashes) == (("table", "b"), 0, 0)

    def test_a_delayed_unit_waits_and_counts_attempts_without_progress(self, harness: Harness) -> None:
        self.open(harness)
        for attempt in range(2):
            claim = self.claim(harness)
            assert claim.attempts == attempt
            released = time.monotonic()
            assert harness.ledger.release(
                claim.unit.id, claim.fence, delay=DELAY_SECONDS, reason="busy", now=time.time()
            )
            early = harness.ledger.expire(now=time.time()), harness.ledger.claim("w", now=time.time())
            assert early == (0, None) or time.monotonic() - released > DELAY_SECONDS
            time.sleep(DELAY_SECONDS)
            assert early[0] + harness.ledger.expire(now=time.time()) == 1
        claim = self.claim(harness)
        self.commit(harness, batch(claim, 1, "shop.a"))
        harness.ledger.release(claim.unit.id, claim.fence, delay=0.001, now=time.time())
        time.sleep(0.01)
        harness.ledger.expire(now=time.time())
        assert self.claim(harness).attempts == 1

    def test_crashes_count_only_without_progress_and_find_the_poison(self, harness: Harness) -> None:
        self.open(harness)
        claim = self.claim(harness)
        self.commit(harness, batch(claim, 1, "shop.a"))
        assert harness.ledger.abandon("w", reason="killed", now=time.time()) == 1
        for crashes in range(4):
            claim = self.claim(harness)
            assert claim.crashes == crashes
            assert harness.ledger.abandon("w", reason="killed", now=time.time()) == 1
        for _ in range(2):
            claim = self.claim(harness)
            assert (claim.careful, claim.poison) == (3, frozenset())
            assert harness.ledger.touch(claim.unit.id, claim.fence, "table", "shop", "bad")
            assert harness.ledger.abandon("w", reason="killed", now=time.time()) == 1
        assert self.claim(harness).poison == frozenset({("table", "shop", "bad")})

    def test_a_unit_that_kills_every_worker_fails_at_last(self, harness: Harness) -> None:
        run = self.open(harness)
        for _ in range(50):
            if harness.ledger.claim("w", now=time.time()) is None:
                break
            harness.ledger.abandon("w", reason="killed", now=time.time())
        closed = harness.ledger.advance(run.id, now=time.time())
        assert closed.state == "failed"
        assert "killed" in closed.reason

    def test_a_failed_unit_is_finished_for_its_parent(self, harness: Harness) -> None:
        run = self.open(harness)
        root = self.claim(harness)
        self.commit(harness, batch(root, 1, "shop", children=[schema("a")], done=True, post=True))
        child = self.claim(harness)
        assert harness.ledger.release(child.unit.id, child.fence, failed=True, reason="denied", now=time.time())
        post = self.claim(harness)
        assert (post.unit.id, post.unit.phase) == (root.unit.id, "post")
        self.commit(harness, batch(post, 1, done=True))
        closed = harness.ledger.advance(run.id, now=time.time())
        assert closed.state == "partial"
        assert "denied" in closed.reason

    def test_a_failed_unit_waits_for_its_descendants(self, harness: Harness) -> None:
        self.open(harness)
        root = self.claim(harness)
        self.commit(harness, batch(root, 1, children=[schema("a")]))
        assert harness.ledger.release(root.unit.id, root.fence, failed=True, reason="gone", now=time.time())
        assert self.state(harness, root) == "waiting"
        child = self.claim(harness)
        self.commit(harness, batch(child, 1, done=True))
        assert self.state(harness, root) == "failed"

    def test_a_unit_whose_batches_never_arrive_fails_at_last(self, harness: Harness) -> None:
        run = self.open(harness, schema("a"), schema("b"))
        for n in range(1, 50):
            claim = harness.ledger.claim("w", now=time.time())
            if claim is None:
                break
            if claim.unit.start == schema("a"):  # its final batch was in the queue and could not be read
                harness.ledger.flushing(claim.unit.id, claim.fence, QueuePosition(0, "e", str(n)))
                harness.ledger.lost("e", shard=0, before=str(n + 1), now=time.time())
            else:  # the batch before the final one
                assert self.commit(harness, batch(claim, 2, done=True)) == ["gap"]
        closed = harness.ledger.advance(run.id, now=time.time())
        assert closed.state == "failed"
        assert "lost" in closed.reason

    def test_a_queue_may_die_as_often_as_it_likes(self, harness: Harness) -> None:
        self.open(harness)
        for n in range(30):
            claim = self.claim(harness)
            harness.ledger.flushing(claim.unit.id, claim.fence, QueuePosition(0, f"e{n}", "1"))
            assert harness.ledger.lost(f"e{n}", now=time.time()) == 1
        self.commit(harness, batch(self.claim(harness), 1, "shop", done=True))

    def test_flushing_units_come_back_only_when_their_queue_is_lost(self, harness: Harness) -> None:
        run = self.open(harness, *(schema(f"s{n}") for n in range(3)), slots=3)
        claims = [self.claim(harness, lease=0.0) for _ in range(3)]
        for n, claim in enumerate(claims):
            harness.ledger.flushing(claim.unit.id, claim.fence, QueuePosition(n // 2, f"e{n // 2}", str(n + 9)))
        assert self.expire(harness) == 0
        assert harness.ledger.holders(run.id) == (set(), {"e0", "e1"})
        assert harness.ledger.lost("e0", shard=0, before="10", now=time.time()) == 1  # 9 is below 10, as a number
        assert harness.ledger.lost("e1", now=time.time()) == 1
        assert [self.state(harness, claim) for claim in claims] == ["ready", "flushing", "ready"]
