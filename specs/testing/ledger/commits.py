"""Rules about commits: once, in order, all effects or none; and what follows from a final batch."""

from __future__ import annotations

import time

from specs import names
from specs.contracts.work import Claim, Counts, QueuePosition, Receipt
from specs.testing.ledger.harness import Harness, batch
from specs.testing.ledger.rules import SERVICE, Rules, schema
from specs.topology.events import Coverage, Start
from specs.topology.node import Outcome
from specs.topology.scope import KeyRange


class CommitRules(Rules):
    """Batches and receipts."""

    def test_batches_are_applied_once_and_in_order(self, harness: Harness) -> None:
        run = self.open(harness)
        claim = self.claim(harness)
        one, two = batch(claim, 1, "shop.a"), batch(claim, 2, "shop.b")
        assert self.commit(harness, one, two, one) == ["applied", "applied", "duplicate"]
        assert self.commit(harness, two) == ["duplicate"]
        assert [fqn for fqn, _ in harness.stored(run.id)] == ["shop.a", "shop.b"]

    def test_a_gap_gives_the_unit_back_under_a_new_fence(self, harness: Harness) -> None:
        run = self.open(harness)
        claim = self.claim(harness)
        assert self.commit(harness, batch(claim, 2, "shop.b"), batch(claim, 1, "shop.a")) == ["gap", "fenced"]
        assert not harness.ledger.renew(claim.unit.id, claim.fence, now=time.time())
        assert self.claim(harness).crashes == 0
        assert harness.stored(run.id) == []

    def test_a_final_batch_counts_whatever_the_worker_still_says(self, harness: Harness) -> None:
        run = self.open(harness, slots=1)
        claim = self.claim(harness)
        assert self.commit(harness, batch(claim, 1, "shop", done=True)) == ["applied"]
        assert harness.slots("shop") == [None]
        assert harness.ledger.renew(claim.unit.id, claim.fence, now=time.time())
        assert harness.ledger.flushing(claim.unit.id, claim.fence, QueuePosition(0, "e", "1"))
        assert not harness.ledger.release(claim.unit.id, claim.fence, now=time.time())
        assert self.state(harness, claim) == "done"
        assert harness.ledger.advance(run.id, now=time.time()).state == "complete"

    def test_children_delivered_twice_are_known_once(self, harness: Harness) -> None:
        run = self.open(harness, slots=3)
        root = self.claim(harness)
        self.commit(harness, batch(root, 1, children=[schema("a"), schema("a"), schema("b")]))
        harness.ledger.release(root.unit.id, root.fence, now=time.time())
        root = self.claim_root(harness)
        self.commit(harness, batch(root, 1, children=[schema("b"), schema("c")], done=True))
        assert [unit.outstanding for unit in harness.units(run.id)] == [3, 0, 0, 0]

    def claim_root(self, harness: Harness) -> Claim:
        while True:
            claim = self.claim(harness)
            if claim.unit.depth == 0:
                return claim

    def test_a_unit_with_too_large_an_item_fails_by_itself(self, harness: Harness) -> None:
        run = self.open(harness)
        root = self.claim(harness)
        big = schema("big", "x" * 5000)
        assert self.commit(harness, batch(root, 1, "shop", children=[big, schema("a")], done=True)) == ["applied"]
        assert self.claim(harness).unit.start == schema("a")
        assert sorted(unit.state for unit in harness.units(run.id)) == ["failed", "running", "waiting"]

    def test_post_runs_when_every_descendant_is_finished(self, harness: Harness) -> None:
        run = self.open(harness)
        root = self.claim(harness)
        self.commit(harness, batch(root, 1, children=[schema("a"), schema("b")]))
        first, second = self.claim(harness), self.claim_or_free(harness, root)
        self.commit(harness, batch(first, 1, children=[schema("a.deep")], done=True))
        self.commit(harness, batch(second, 1, done=True))
        assert harness.ledger.advance(run.id, now=time.time()).open
        deep = self.claim(harness)
        assert harness.ledger.claim("w", now=time.time()) is None
        self.commit(harness, batch(deep, 1, done=True))
        post = self.claim(harness)
        assert (post.unit.id, post.unit.phase, post.cursor) == (root.unit.id, "post", ())
        self.commit(harness, batch(post, 1, "shop.late", done=True))
        assert harness.ledger.advance(run.id, now=time.time()).state == "complete"

    def claim_or_free(self, harness: Harness, root: Claim) -> Claim:
        """Claims again after the root's final batch, which frees its slot."""
        self.commit(harness, batch(root, 2, done=True, post=True))
        return self.claim(harness)

    def test_numbers_add_up(self, harness: Harness) -> None:
        run = self.open(harness)
        claim = self.claim(harness)
        harness.refuse.add("shop.b")
        outcomes = [
            (Outcome("failed", "Table", "shop.c", "c", "lock", "locked"), "table", "shop"),
            (Outcome("gone", "Table", "shop.d", "d", "gone"), "table", "shop"),
        ]
        counts = {"Table": Counts(listed=7, sent=2, filtered=3, failed=1, gone=1)}
        full = batch(claim, 1, "shop.a", "shop.b", outcomes=outcomes, seen=[-1, 2], filtered={("Table", "r"): 3})
        full.counts = counts
        full.coverages = [Coverage("table", SERVICE)]
        self.commit(harness, full)
        expected = {"listed": 7, "emitted": 1, "unchanged": 0, "filtered": 3, "failed": 2, "gone": 1}
        assert harness.counts(run.id) == {"Table": expected}
        assert harness.failures(run.id) == [("Table", "shop.c", "lock"), ("Table", "shop.b", "refused")]
        sent = [names.mark("Table", "shop.a"), names.mark("Table", "shop.b")]
        assert harness.marks(run.id) == [(0, sent), (1, [-1, 2])]
        self.commit(harness, batch(claim, 2, done=True))
        closed = harness.ledger.advance(run.id, now=time.time())
        assert closed.state == "partial"
        assert harness.marks(run.id) == []

    def test_an_incomplete_listing_makes_the_run_partial(self, harness: Harness) -> None:
        run = self.open(harness)
        claim = self.claim(harness)
        last = batch(claim, 1, "shop", coverages=[Coverage("schema", SERVICE, error="no right", reason="denied")])
        last.receipt = Receipt(False, "no right")
        self.commit(harness, last)
        closed = harness.ledger.advance(run.id, now=time.time())
        assert (closed.state, closed.reason) == ("partial", "shop schema: no right")

    def test_a_batch_that_can_never_be_stored_fails_its_unit_only(self, harness: Harness) -> None:
        run = self.open(harness, schema("a"), schema("b"))
        first, second = self.claim(harness), self.claim(harness)
        harness.choke.add("shop.a.bad")
        batches = [batch(first, 1, "shop.a.x", "shop.a.bad", done=True), batch(second, 1, "shop.b", done=True)]
        assert self.commit(harness, *batches) == ["fenced", "applied"]
        assert [fqn for fqn, _ in harness.stored(run.id)] == ["shop.b"]
        assert harness.slots("shop") == [None, None]
        closed = harness.ledger.advance(run.id, now=time.time())
        assert closed.state == "partial"
        assert "cannot be stored" in closed.reason

    def test_text_that_no_database_takes_blocks_nothing(self, harness: Harness) -> None:
        odd = "nul\0 lone\ud800"
        run = self.open(harness, Start("schema", SERVICE.child(odd), [odd, odd, {odd: odd}, 1]))
        claim = self.claim(harness)
        assert claim.unit.start.item == [odd, odd, {odd: odd}, 1]
        assert harness.ledger.touch(claim.unit.id, claim.fence, "table", odd, odd)
        assert harness.ledger.renew(claim.unit.id, claim.fence, progress=odd, now=time.time())
        outcomes = [(Outcome("failed", "Table", odd, odd, odd, odd), "table", "shop")]
        first = batch(claim, 1, outcomes=outcomes, filtered={("Table", odd): 1}, cursor=("table", odd))
        first.counts = {"Table": Counts(listed=2, filtered=1, failed=1)}
        first.coverages = [Coverage("table", SERVICE, KeyRange(odd, odd), odd, "denied")]
        assert self.commit(harness, first) == ["applied"]
        assert harness.ledger.release(claim.unit.id, claim.fence, reason=odd, now=time.time())
        again = self.claim(harness)
        assert again.cursor == ("table", odd)
        last = batch(again, 1)
        last.receipt = Receipt(False, odd)
        assert self.commit(harness, last) == ["applied"]
        assert harness.ledger.advance(run.id, now=time.time()).state == "partial"

    def test_batches_of_the_walk_do_not_reach_the_post_phase(self, harness: Harness) -> None:
        run = self.open(harness)
        root = self.claim(harness)
        walked = [batch(root, 1, "shop.a"), batch(root, 2, "shop.b", done=True, post=True)]
        assert self.commit(harness, *walked) == ["applied", "applied"]
        assert "applied" not in self.commit(harness, *walked)
        post = self.claim(harness)
        assert "applied" not in self.commit(harness, *walked)
        assert self.commit(harness, batch(post, 1, "shop.c", done=True)) == ["applied"]
        assert "applied" not in self.commit(harness, *walked)
        assert [fqn for fqn, _ in harness.stored(run.id)] == ["shop.a", "shop.b", "shop.c"]

    def test_nothing_is_stored_for_a_failed_unit(self, harness: Harness) -> None:
        run = self.open(harness)
        claim = self.claim(harness)
        assert harness.ledger.release(claim.unit.id, claim.fence, failed=True, reason="denied", now=time.time())
        assert self.commit(harness, batch(claim, 1, "shop.a")) == ["fenced"]
        assert harness.stored(run.id) == []
        assert harness.ledger.advance(run.id, now=time.time()).state == "failed"
