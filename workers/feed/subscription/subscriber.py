"""Feeds one sink, page by page; each page is acknowledged in the database once the sink has it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from specs.contracts.sink import Change, ChangeSink
from specs.errors import HeadraceError, Retry
from workers.feed import dead_letters
from workers.feed.subscription import pages
from workers.feed.subscription.delivery import Delivery, Sent
from workers.feed.subscription.subscriptions import BEGIN, FeedPosition, HeldSubscription, Subscriptions
from workers.feed.times import ASKED_PAUSE_SECONDS, RETRY_PAUSE_SECONDS
from workers.process.stop_flag import StopFlag
from workers.store.database import SqlDatabase
from workers.store.retries import jitter
from workers.store.statements import Transactions


class SubscriptionLost(Exception):
    """Another process feeds the sink now, so changes that were not acknowledged here do not count."""


class SubscriberStopped(Exception):
    """The process was asked to stop; changes that were not acknowledged are delivered again later."""


@dataclass(slots=True)
class Fed:
    """How many changes one sink accepted and refused, and whether it has all events of the feed."""

    delivered: int = 0
    refused: int = 0
    level: bool = False


class Following:
    """Feeds the sink of ``held``, and renews its lease meanwhile. Only one process at a time feeds a sink.

    ``sent`` are the changes that an earlier try delivered of the page behind ``held.position``; it is kept up to date.
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
        """Whether the sink answered a request: then its next failure counts as the first one in a row."""
        self.held = held
        # the most seconds of one request: connecting, waiting, reading; it has to end before the lease does
        self._longest = 3 * sink.timeout + 10
        self._lease = max(followers.lease, 2 * self._longest)
        self._safe_until = float("-inf")
        self.fed = Fed()

    def feed(self, *, goal: int | None = None, until: Callable[[], bool] = lambda: False) -> Fed:
        """Deliver changes until the sink has all events of the feed, has the event ``goal``, or ``until()`` is true.

        Changes that the sink refused are tried once more at the end, because objects that they refer to may have been
        delivered later. Raises ``Retry`` and ``Fatal`` as the sink does, ``SubscriptionLost`` when another process
        feeds the sink, and ``SubscriberStopped`` when the stop flag is set.
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
        """Send the sink's dead letters again, with the present contents; with ``fqn``, those of one object only. Raises
        as ``feed`` does."""
        self.fed.refused = 0
        for page in dead_letters.pages(self._db, self.held.sink, fqn):
            changes = pages.arranged(pages.current(self._db, [letter.change() for letter in page]))
            self._settle(changes, self.held.position)
        return self.fed

    def _settle(self, changes: Sequence[Change], position: FeedPosition) -> int:
        """Deliver a page and acknowledge it; returns how many changes were refused."""
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
        """Called ahead of every request: renew the lease in time, so that no other process takes the sink during it."""
        if self._stop.is_set():
            raise SubscriberStopped
        now = time.monotonic()
        if now > self._safe_until:
            held = self._followers.take(self.held.sink, self._lease)
            if held is None or held.position != self.held.position:
                raise SubscriptionLost
            self._safe_until = now + self._lease - self._longest


def pause(error: HeadraceError, failing: int) -> float:
    """Seconds to wait after a sink's ``failing``-th failure in a row; never less than it asked for."""
    asked = min(error.delay or 0.0, ASKED_PAUSE_SECONDS)
    if asked:
        return asked + jitter(1, base=0.5, cap=1.0 + asked / 10)
    longest = RETRY_PAUSE_SECONDS if isinstance(error, Retry) else 2 * RETRY_PAUSE_SECONDS
    return 0.1 + jitter(failing, base=0.5, cap=longest)
