"""Feeds one sink: page by page, each acknowledged in the ledger once the sink has it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from specs.contracts.sink import Change, ChangeSink
from specs.errors import HeadraceError, Retry
from workers.feed import dead_letters, pages
from workers.feed.delivery import Delivery, Sent
from workers.feed.subscriptions import BEGIN, FeedPosition, HeldSubscription, Subscriptions
from workers.process.stop_flag import StopFlag
from workers.store.database import SqlDatabase
from workers.store.retries import jitter
from workers.store.statements import Transactions

LONGEST = 300.0
"""Seconds between two tries of a sink that stays out, at most, unless it asks for more."""
ASKED = 3600.0
"""Seconds that a sink may ask us to stay away."""


class SubscriptionLost(Exception):
    """The follower is somebody else's now: what is under way here counts for nothing."""


class SubscriberStopped(Exception):
    """We were asked to stop; what was not acknowledged is delivered again."""


@dataclass(slots=True)
class Fed:
    """What one sink got: changes taken and refused, and whether it has all there is."""

    delivered: int = 0
    refused: int = 0
    level: bool = False


class Following:
    """Feeds the sink of ``held`` while the lease lasts.

    One at a time per sink; a second one is told ``SubscriptionLost``.

    ``sent`` is what an earlier try got through of the page behind ``held.position``; it is kept up to date.
    """

    def __init__(
        self,
        db: SqlDatabase,
        followers: Subscriptions,
        held: HeldSubscription,
        sink: ChangeSink,
        stop: StopFlag,
        sent: Sent | None = None,
    ) -> None:
        self._db, self._followers, self._sink, self._stop = db, followers, sink, stop
        self._sent = Sent() if sent is None else sent
        self.moved = False
        """Whether the sink answered anything: then its next failure is the first one again."""
        self.held = held
        # a request that was begun in time must be over when the lease is: connecting, waiting, reading
        self._longest = 3 * sink.timeout + 10
        self._lease = max(followers.lease, 2 * self._longest)
        self._safe_until = float("-inf")
        self.fed = Fed()

    def feed(self, *, goal: int | None = None, until: Callable[[], bool] = lambda: False) -> Fed:
        """Deliver what there is, until the sink is level with the feed, has its number ``goal``, or ``until`` is true.

        What the sink refused on the way is tried once more at the end: what it refers to may have come later.
        Raises ``Retry`` and ``Fatal`` as the sink does, ``SubscriptionLost`` and ``SubscriberStopped``.
        """
        refused = 0
        if self.held.position.cursor == BEGIN:
            self._settle((), pages.begun(self._db))
        while True:
            page = pages.read(self._db, self.held.service, self.held.position)
            refused += self._settle(page.changes, page.position)
            if not page.more or (goal is not None and not page.position.cursor and page.position.seq >= goal):
                break
            if until():
                return self.fed
        self.fed.level = True
        if refused:
            self.replay()
        return self.fed

    def replay(self, fqn: str = "") -> Fed:
        """Send the sink's dead letters again, as the catalog has these objects now; of one object, where given."""
        self.fed.refused = 0
        for page in dead_letters.pages(self._db, self.held.sink, fqn):
            changes = pages.arranged(pages.current(self._db, [letter.change() for letter in page]))
            self._settle(changes, self.held.position)
        return self.fed

    def _settle(self, changes: Sequence[Change], position: FeedPosition) -> int:
        """Deliver and acknowledge; returns how many were refused."""
        delivery = Delivery(self._sink, self._before, self._sent)
        try:
            refused = delivery.deliver(changes)
        finally:
            self.moved = self.moved or delivery.requests > 0
        if changes or position != self.held.position:
            with Transactions(self._db, "workers.feed").write() as sql:
                dead_letters.settle(sql, self.held.sink, changes, refused)
                if not self._followers.acknowledge(sql, self.held, position, self._lease):
                    raise SubscriptionLost
            self.held = self.held.moved(position)
        self._sent.clear()
        self.fed.delivered += len(changes) - len(refused)
        self.fed.refused += len(refused)
        return len(refused)

    def _before(self) -> None:
        """Ahead of every request: somebody else may not believe in between that we are gone."""
        if self._stop.is_set():
            raise SubscriberStopped
        now = time.monotonic()
        if now > self._safe_until:
            held = self._followers.take(self.held.sink, self._lease)
            if held is None or held.position != self.held.position:
                raise SubscriptionLost
            self._safe_until = now + self._lease - self._longest


def pause(error: HeadraceError, failing: int) -> float:
    """Seconds to leave a sink alone after its ``failing``-th failure in a row; never less than it asked for."""
    asked = min(error.delay or 0.0, ASKED)
    if asked:
        return asked + jitter(1, base=0.5, cap=1.0 + asked / 10)
    longest = LONGEST if isinstance(error, Retry) else 2 * LONGEST
    return 0.1 + jitter(failing, base=0.5, cap=longest)
