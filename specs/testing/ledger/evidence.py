"""Another server is refused, and one that is behind what was read before proves nothing."""

from __future__ import annotations

import time

import pytest

from specs.contracts.positions import SourcePosition
from specs.contracts.work import Receipt, Verdict
from specs.errors import Fatal
from specs.service_spec import METADATA
from specs.testing.ledger.harness import Harness, batch
from specs.testing.ledger.rules import SERVICE, Rules


def at(mark: int, **more: object) -> SourcePosition:
    return SourcePosition({"wal": mark}, **more)  # type: ignore[arg-type]


class EvidenceRules(Rules):
    def arrive(
        self,
        harness: Harness,
        identity: str,
        position: SourcePosition | None = None,
        accept: bool = False,
        run: str = "",
    ) -> bool:
        """A new connection of a new run, or of ``run``."""
        run = run or self.open(harness).id
        return harness.ledger.identify(run, identity, accept=accept, position=position, now=time.time())

    def doubt(self, harness: Harness, identity: str, position: SourcePosition | None) -> str:
        """Why a new run that is read from this server deletes nothing; it is empty for most."""
        run = self.open(harness).id
        self.arrive(harness, identity, position, run=run)
        return harness.ledger.run(run).doubt

    def test_another_server_stops_the_run_until_it_is_accepted(self, harness: Harness) -> None:
        run = self.open(harness).id
        for _ in range(2):
            self.arrive(harness, "system-1", run=run)
        with pytest.raises(Fatal, match="system-2"):
            self.arrive(harness, "system-2", run=run)
        with pytest.raises(Fatal, match="this run has read the other one"):
            self.arrive(harness, "system-2", accept=True, run=run)
        self.arrive(harness, "system-2", accept=True)
        self.arrive(harness, "system-2")
        with pytest.raises(Fatal, match="system-1"):
            self.arrive(harness, "system-1")

    def test_a_server_that_is_behind_puts_its_run_in_doubt(self, harness: Harness) -> None:
        assert self.doubt(harness, "one", at(100)) == ""
        assert self.doubt(harness, "one", at(100)) == ""
        assert "behind" in self.doubt(harness, "one", at(90))
        assert "does not tell how far it is" in self.doubt(harness, "one", None)
        run = self.open(harness)
        assert harness.ledger.identify(run.id, "one", accept=False, position=at(90), settle=False, now=time.time())
        assert harness.ledger.run(run.id).doubt == "", "it may be asked again"
        assert not self.arrive(harness, "one", at(120), run=run.id)
        assert "behind" in self.doubt(harness, "one", at(110))

    def test_nothing_is_asked_nor_gone_in_a_run_in_doubt(self, harness: Harness) -> None:
        self.arrive(harness, "one", at(100))
        run = self.open(harness)
        self.arrive(harness, "one", at(90), run=run.id)
        self.commit(harness, batch(self.claim(harness), 1, "shop", done=True))
        harness.suspects = [(METADATA, SERVICE, [("Table", "shop.x")])]
        ended = harness.ledger.advance(run.id, now=time.time())
        assert ended.state == "partial"
        assert "behind" in ended.reason
        assert "nothing counts as gone" in ended.reason

    def test_a_run_that_falls_behind_while_it_asks_concludes_nothing(self, harness: Harness) -> None:
        run = self.open(harness)
        self.arrive(harness, "one", at(100), run=run.id)
        self.commit(harness, batch(self.claim(harness), 1, "shop", done=True))
        harness.suspects = [(METADATA, SERVICE, [("Table", "shop.x")])]
        harness.ledger.advance(run.id, now=time.time())
        confirm = self.claim(harness)
        self.arrive(harness, "one", at(90), run=run.id)
        self.commit(harness, batch(confirm, 1, done=True, verdicts=[Verdict("Table", "shop.x", "no")]))
        assert harness.ledger.advance(run.id, now=time.time()).state == "partial"

    def test_what_a_unit_may_have_read_counts_for_those_after_it(self, harness: Harness) -> None:
        run = self.open(harness)
        self.arrive(harness, "one", at(100), run=run.id)
        last = batch(self.claim(harness), 1, "shop", done=True)
        last.receipt = Receipt(True, batches=1, position=at(150).dump())
        self.commit(harness, last)
        assert "behind" in self.doubt(harness, "one", at(140))
        assert self.doubt(harness, "one", at(150)) == ""

    def test_a_promoted_copy_is_another_history(self, harness: Harness) -> None:
        self.arrive(harness, "one", at(100, timeline=1))
        with pytest.raises(Fatal, match="another history"):
            self.arrive(harness, "one", at(200, timeline=2, forks={1: 90}))
        with pytest.raises(Fatal, match="another history"):
            self.arrive(harness, "one", at(95, timeline=2))
        assert "promoted" in self.doubt(harness, "one", at(200, timeline=2))
        assert self.doubt(harness, "one", at(210, timeline=2)) == ""
        assert "behind" in self.doubt(harness, "one", at(300, timeline=1))
        assert self.doubt(harness, "one", at(400, timeline=3, forks={1: 100, 2: 250})) == ""
        with pytest.raises(Fatal, match="another history"):
            self.arrive(harness, "one", at(260, timeline=2))

    def test_what_is_accepted_is_where_the_service_is_from_then_on(self, harness: Harness) -> None:
        self.arrive(harness, "one", at(100))
        assert not self.arrive(harness, "one", at(90), accept=True)
        assert self.doubt(harness, "one", at(95)) == ""
        self.arrive(harness, "two", None, accept=True)
        assert self.doubt(harness, "two", None) == ""

    @pytest.mark.parametrize("unique", [True, False])
    def test_replicas_of_one_replication_are_known_by_their_streams(self, harness: Harness, unique: bool) -> None:
        def position(**marks: int) -> SourcePosition:
            return SourcePosition(marks, unique=unique)

        self.arrive(harness, "one", position(a=100))
        if not unique:  # equal names prove nothing: a person says so, once
            with pytest.raises(Fatal, match="two"):
                self.arrive(harness, "two", position(a=100))
            assert self.arrive(harness, "two", position(a=90), accept=True)
        assert self.arrive(harness, "two", position(a=90))
        assert not self.arrive(harness, "two", position(a=110, b=2))
        assert self.arrive(harness, "one", position(a=110))
        with pytest.raises(Fatal, match="another history"):
            self.arrive(harness, "one", position(a=120))
        with pytest.raises(Fatal, match="three"):
            self.arrive(harness, "three", position(c=1))

    def test_an_unknown_run_belongs_to_no_service(self, harness: Harness) -> None:
        run = self.open(harness).id
        assert not harness.ledger.identify(f"{run}x", "one", accept=False, now=time.time())
