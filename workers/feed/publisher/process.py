"""The loop of ``headrace publisher``, which goes on through any outage of the database and of the sinks."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from specs.errors import HeadraceError, Retry
from workers.feed.publisher.publisher import Publishing
from workers.feed.times import LEASE_SECONDS, LEAVE_SECONDS, LOOK_SECONDS
from workers.presence import Presence
from workers.process.stop_flag import StopFlag
from workers.store.database import SqlDatabase
from workers.store.retries import jitter

log = logging.getLogger("headrace.publisher")


def serve(
    db: SqlDatabase, stop: StopFlag, *, lease: float = LEASE_SECONDS, beat: Callable[[], None] = lambda: None
) -> int:
    """Feed sinks until ``stop`` is set; returns how many changes were delivered.

    ``lease`` are the seconds for which a sink belongs to this process; ``beat`` is called in every turn of the loop.
    Raises ``Fatal`` when the database refuses us.
    """
    publishing = Publishing(db, stop, lease=lease)
    presence = Presence(db, "publisher")
    failed = 0
    try:
        while not stop.is_set():
            beat()
            try:
                feeding = publishing.step()
                presence.beat(feeding=feeding, delivered=publishing.delivered)
                failed = 0
                stop.wait(LOOK_SECONDS)
            except Retry as error:
                if failed % 30 == 0:
                    log.warning("%s", error)
                failed += 1
                stop.wait(jitter(min(failed, 5), base=0.1, cap=2.0))
    finally:
        begun = time.monotonic()
        if not publishing.idle(LEAVE_SECONDS):
            log.warning("a sink hangs; publishers of other machines may feed it when its lease is over")
        publishing.close()
        try:
            presence.leave()
        except HeadraceError as error:
            log.warning("%s", error)
        log.info("stopped within %.1f s; %d changes delivered", time.monotonic() - begun, publishing.delivered)
    return publishing.delivered
