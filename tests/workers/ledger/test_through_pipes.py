"""The ledger's rules, where all that a worker asks goes through a pipe as names and arguments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from specs.testing.ledger import LedgerSuite
from tests.workers.ledger.harness import SqlHarness
from workers.ledger import SqlLedger
from workers.queues.pipe.calls import CALL, CALLS, Asking, CallServer, asked
from workers.queues.pipe.frames import Frames
from workers.store.database import open_database


class Piped:
    """A worker's calls take the way of a spawned worker; those of its parent go to the ledger."""

    def __init__(self, ledger: SqlLedger) -> None:
        self._ledger, self._server = ledger, CallServer(ledger)
        self._asking = Asking(self._sent)
        self._asked = asked(self._asking.call)

    def __getattr__(self, method: str) -> Any:
        return getattr(self._asked if method in CALLS else self._ledger, method)

    def close(self) -> None:
        self._server.close()

    def _sent(self, message: bytes) -> None:
        for kind, payload in Frames().feed(message):
            assert kind == CALL
            self._server.take(self._replied, payload)

    def _replied(self, message: bytes) -> None:
        for _, payload in Frames().feed(message):
            self._asking.replied(payload)


class TestThroughPipes(LedgerSuite):
    @pytest.fixture
    def harness(self) -> Iterator[SqlHarness]:
        harness = SqlHarness(open_database("sqlite://"))
        piped: Any = Piped(harness.ledger)
        harness.ledger = piped
        yield harness
        piped.close()
        harness.close()


def test_a_worker_can_ask_what_the_protocol_has_and_nothing_else() -> None:
    known = {"identify", "claim", "renew", "touch", "flushing", "release", "report", "suspects", "sizes", "end_part"}
    assert known == CALLS
    with pytest.raises(AttributeError, match="commit"):
        asked(lambda method, args, kwargs: None).commit  # type: ignore[attr-defined] # noqa: B018
