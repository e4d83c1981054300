"""The process behind ``headrace scheduler``. Several may run; only the leader works, and another one takes over when
the leader dies."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack

from scheduler.control.loops import Troubles, loop
from scheduler.control.open_runs import Cluster, Tending, connected
from scheduler.control.schedules.fires import Firing
from scheduler.control.snapshots import Snapshots
from scheduler.control.times import (
    CLOSE_SECONDS,
    LEAD_SECONDS,
    LEAVE_SECONDS,
    LOOK_SECONDS,
    PUBLISH_SECONDS,
    RECOUNT_SECONDS,
    SWEEP_SECONDS,
    WRITE_SECONDS,
)
from specs.errors import HeadraceError
from workers.cluster.membership import check
from workers.cluster.settings import Settings
from workers.metrics import render
from workers.presence import Presence
from workers.process.governor.memory import tune
from workers.process.health_endpoint import PLAIN, Health, Route, serve
from workers.process.stop_flag import StopFlag
from workers.process.times import TURN_SECONDS
from workers.schedules import LEASE_SECONDS, SCHEDULER, Chores, Leadership, Schedules

log = logging.getLogger("headrace.scheduler")


class Scheduler:
    """The leader's work, in four methods that are called in four threads, so that none waits for another: ``lead``,
    ``look``, ``close`` and ``publish``. All but ``lead`` do nothing in a scheduler that does not lead.

    Each raises ``Retry`` while the database is unavailable; ``lease`` are the seconds of the leader's lease.
    """

    def __init__(
        self, cluster: Cluster, *, name: str = "", lease: float = LEASE_SECONDS, clock: Callable[[], float] = time.time
    ) -> None:
        db = cluster.db
        self.leadership = Leadership(db, SCHEDULER, name=name, lease=lease, clock=clock)
        self._tending = Tending(cluster, clock=clock)
        self._firing = Firing(Schedules(db), clock=clock)
        self._snapshots = Snapshots(db, name=name, clock=clock)
        self._chores, self._schedules, self._clock = Chores(db, clock=clock), Schedules(db), clock
        self._presence, self._prefix = Presence(db, "scheduler"), cluster.prefix
        self._swept = self._doubted = float("-inf")
        self._led: bool | None = None
        self._troubles = {what: Troubles(what) for what in ("hints", "schedules", "departures")}

    def lead(self) -> bool:
        """Get or renew the leader's lease; returns whether this scheduler leads. The lease is in the database, so that
        an outage of Redis changes no leader. Raises ``Retry`` while the database is unavailable."""
        leads = self.leadership.hold()
        if leads != self._led:
            log.info("this scheduler leads" if leads else "another scheduler leads; this one stands by")
        self._led = leads
        self._presence.beat(prefix=self._prefix, leads=leads)
        return leads

    def look(self) -> None:
        """Cancel overdue runs, free units of lost workers, fire schedules and publish hints.

        Raises ``Retry`` while the database is unavailable. When Redis is, or a schedule is wrong, that part is logged
        and the others are done.
        """
        if not self.leadership.held:
            return
        self._tending.cancel()
        self._tending.heal()
        self._doubt()
        self._troubles["schedules"].tried(self._firing.step)
        self._troubles["hints"].tried(self._tending.remind)
        self._troubles["departures"].tried(self._tending.recover)
        self._sweep()

    def close(self) -> None:
        """Advance and close runs whose units are finished."""
        if self.leadership.held:
            self._tending.close()

    def publish(self) -> None:
        """Write the sinks of closed runs."""
        if self.leadership.held:
            self._snapshots.step()

    def leave(self) -> None:
        """Give up the lease, so that another scheduler leads at once and need not wait until the lease expires."""
        for part in (self.leadership, self._snapshots.leadership, self._presence):
            part.leave()

    def _doubt(self) -> None:
        """Every ``RECOUNT_SECONDS``, find finished runs by their units instead of their tallies."""
        if time.monotonic() - self._doubted >= RECOUNT_SECONDS:
            self._doubted = time.monotonic()
            self._tending.close(counted=False)

    def _sweep(self) -> None:
        if time.monotonic() - self._swept >= SWEEP_SECONDS:
            self._swept = time.monotonic()
            self._chores.sweep()
            self._schedules.sweep(now=self._clock())


def run(settings: Settings, stop: StopFlag, *, listen: str | None = None) -> None:
    """Schedule until ``stop`` is set, through any outage of Redis and the database.

    ``listen`` is the ``HOST:PORT`` of the health endpoint. Raises ``Fatal`` when the process cannot start: Redis or the
    database cannot be reached, refuses us, or belongs to another cluster.
    """
    if not check(settings, stop):
        return
    tune()
    with connected(settings) as cluster, ExitStack() as stack:
        scheduler, health = Scheduler(cluster), Health()
        if listen is not None:
            web = stack.enter_context(serve(listen, routes(cluster, health)))
            log.info("http://%s answers /metrics and /healthz", web.address)
        tasks = {
            "leading": (scheduler.lead, LEAD_SECONDS),
            "scheduling": (scheduler.look, LOOK_SECONDS),
            "closing runs": (scheduler.close, CLOSE_SECONDS),
            "writing sinks": (scheduler.publish, PUBLISH_SECONDS),
        }
        limits = {"writing sinks": WRITE_SECONDS}
        threads = [
            loop(what, act, every, stop, health.loop(what, limits.get(what, TURN_SECONDS)).beat)
            for what, (act, every) in tasks.items()
        ]
        while not stop.wait(1.0):
            continue
        end = time.monotonic() + LEAVE_SECONDS
        for thread in (*threads, _leaving(scheduler)):
            thread.join(max(0.1, end - time.monotonic()))


def routes(cluster: Cluster, health: Health) -> Mapping[str, Route]:
    """The routes of the scheduler's health endpoint by path."""

    def metrics() -> tuple[int, str, str]:
        return 200, PLAIN, render(cluster.db, cluster.queue)

    return {"/metrics": metrics, "/healthz": health.route}


def _leaving(scheduler: Scheduler) -> threading.Thread:
    def leave() -> None:
        try:
            scheduler.leave()
        except HeadraceError:
            log.warning("the lease runs out by itself: the database is out")

    thread = threading.Thread(target=leave, name="leave", daemon=True)
    thread.start()
    return thread
