"""The process behind ``headrace publisher``: feeds every follower of a cluster, each in a thread of its own."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from specs.contracts.sink import ChangeSink
from specs.errors import HeadraceError, Retry
from specs.recipe.recipe import ServiceRef
from workers.feed.discovery import Discovery
from workers.feed.subscription.delivery import Sent
from workers.feed.subscription.fed_targets import FedTargets
from workers.feed.subscription.subscriber import Following, SubscriberStopped, SubscriptionLost, pause
from workers.feed.subscription.subscriptions import FeedPosition, FollowerView, HeldSubscription, Subscriptions
from workers.feed.times import DISCOVERY_SECONDS, LEASE_SECONDS, LEVEL_PAUSE_SECONDS, TURN_SECONDS
from workers.process.stop_flag import StopFlag
from workers.sinks import configured
from workers.store.database import SqlDatabase

THREADS = 16
"""Most sinks that are fed at once; a slow one does not delay the others."""
log = logging.getLogger("headrace.publisher")
Make = Callable[[Mapping[str, Any], str], ChangeSink]
"""Makes a sink from a follower's config, for a service. Raises ``UsageError`` when a reference cannot be resolved."""


def maker(db: SqlDatabase) -> Make:
    """Makes the sinks of followers of ``db``. What it returns raises ``UsageError`` for wrong settings and references
    without a value."""

    def make(config: Mapping[str, Any], service: str) -> ChangeSink:
        (sink,) = configured([config["settings"]], {})
        return sink.changes(ServiceRef(name=service, type=config["type"]), FedTargets(db))

    return make


class Publishing:
    """Feeds followers until it is stopped. Several publishers may run at once: each sink is leased to one of them, for
    ``lease`` seconds."""

    def __init__(
        self, db: SqlDatabase, stop: StopFlag, *, name: str = "", lease: float = LEASE_SECONDS,
        make: Make | None = None,
    ) -> None:  # fmt: skip
        self._db, self._stop, self._make = db, stop, make or maker(db)
        self.followers = Subscriptions(db, name=name, lease=lease)
        self._discovery = Discovery(db, self.followers)
        self._discovered = float("-inf")
        self._busy: dict[str, threading.Thread] = {}
        self._sinks: dict[str, tuple[str, ChangeSink]] = {}
        self._quiet: dict[str, float] = {}
        self._sent: dict[str, tuple[FeedPosition, Sent]] = {}
        self._lock = threading.Lock()
        self.delivered = 0

    def step(self) -> int:
        """Start threads for sinks that are due; returns how many sinks are being fed. Raises ``Retry`` while the
        database is unavailable."""
        if time.monotonic() - self._discovered >= DISCOVERY_SECONDS:
            self._discovery.look()
            self._discovered = time.monotonic()
        self._busy = {sink: thread for sink, thread in self._busy.items() if thread.is_alive()}
        for view in self.followers.views():
            if len(self._busy) >= THREADS:
                break
            if view.sink not in self._busy and self._due(view):
                thread = threading.Thread(target=self._work, args=[view], name=view.sink, daemon=True)
                self._busy[view.sink] = thread
                thread.start()
        return len(self._busy)

    def idle(self, timeout: float) -> bool:
        """Wait up to ``timeout`` seconds until no sink is being fed; returns whether that is so."""
        end = time.monotonic() + timeout
        for thread in self._busy.values():
            thread.join(max(0.0, end - time.monotonic()))
        return not any(thread.is_alive() for thread in self._busy.values())

    def close(self) -> None:
        """Close the sinks that are not being fed; a sink that hangs is closed by the end of the process."""
        with self._lock:
            for sink, (_, made) in list(self._sinks.items()):
                thread = self._busy.get(sink)
                if thread is None or not thread.is_alive():
                    made.close()
                    del self._sinks[sink]

    def _due(self, view: FollowerView) -> bool:
        if view.config.get("via") != "cluster" or view.state == "idle" or not view.due:
            return False
        holder = view.holder or ""
        if view.held and holder != self.followers.name and not self.followers.gone(holder):
            return False
        if view.position.cursor:
            return True
        return view.behind > 0 and time.monotonic() >= self._quiet.get(view.sink, 0.0)

    def _work(self, view: FollowerView) -> None:
        """Feed one sink for up to ``TURN_SECONDS``; an error is stored in its row, as commands and metrics show."""
        try:
            held = self.followers.take(view.sink)
            if held is not None:
                self._feed(held)
        except Retry as error:  # the database is unavailable, which ``step`` will find out too
            log.warning("%s: %s", view.sink, error)

    def _feed(self, held: HeldSubscription) -> None:
        following: Following | None = None
        try:
            sent = self._going_on(held)
            following = Following(self._db, self.followers, held, self._sink(held), self._stop, sent)
            end = time.monotonic() + TURN_SECONDS
            fed = following.feed(until=lambda: time.monotonic() > end)
            self.followers.release(held.sink)
            if fed.level and not fed.delivered:
                self._quiet[held.sink] = time.monotonic() + LEVEL_PAUSE_SECONDS
        except SubscriberStopped:
            self.followers.release(held.sink)
        except SubscriptionLost:
            log.warning("%s is fed by another publisher now", held.sink)
        except HeadraceError as error:
            self._failed(held, following, error)
        except Exception as error:
            log.exception("feeding %s failed", held.sink)
            told = Retry(f"internal error: {type(error).__name__}", remedy="see the publisher's log")
            self._failed(held, following, told)
        finally:
            if following is not None:
                with self._lock:
                    self.delivered += following.fed.delivered
                    self._sent[held.sink] = (following.held.position, sent)

    def _going_on(self, held: HeldSubscription) -> Sent:
        """The changes that this process sent of the page behind the position, if its delivery was interrupted."""
        with self._lock:
            position, sent = self._sent.pop(held.sink, (held.position, Sent()))
        return sent if position == held.position else Sent()

    def _failed(self, held: HeldSubscription, following: Following | None, error: HeadraceError) -> None:
        if error.reason == "catalog" or error.where == self._db.where:
            raise Retry(error.what, error.where, error.remedy)
        failing = 1 if following is not None and following.moved else held.failing + 1
        delay = pause(error, failing)
        log.warning("%s: %s; tried again in %.1f s", held.sink, error, delay)
        now = held if following is None else following.held
        broken = not isinstance(error, Retry)
        self.followers.fail(now, failing=failing, delay=delay, reason=str(error), broken=broken)

    def _sink(self, held: HeldSubscription) -> ChangeSink:
        """The sink of a follower; it is kept with its connections until its settings change."""
        config = json.dumps(held.config, sort_keys=True)
        with self._lock:
            known = self._sinks.get(held.sink)
            if known is not None and known[0] == config:
                return known[1]
            if known is not None:
                known[1].close()
                del self._sinks[held.sink]
        made = self._make(held.config, held.service)
        with self._lock:
            self._sinks[held.sink] = (config, made)
        return made
