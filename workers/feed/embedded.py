"""Feeds the sinks of one recipe up to the end of the feed, as a crawl without a publisher does at its end."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing

from specs.errors import HeadraceError, Retry
from specs.recipe.recipe import Recipe
from workers.catalog import Catalog
from workers.feed.discovery import name_of, wanted
from workers.feed.subscription.delivery import Sent
from workers.feed.subscription.fed_targets import FedTargets
from workers.feed.subscription.subscriber import Fed, Following, SubscriberStopped, SubscriptionLost, pause
from workers.feed.subscription.subscriptions import Subscriptions
from workers.feed.times import CRAWL_PAUSE_SECONDS, LEASE_SECONDS
from workers.process.stop_flag import StopFlag
from workers.sinks import Configured, configured
from workers.store.database import SqlDatabase
from workers.store.retries import patiently

FAILURES_IN_A_ROW = 5
"""Failures in a row after which a sink is left to the next crawl."""


def feed(
    db: SqlDatabase,
    recipe: Recipe,
    secrets: Mapping[str, str],
    *,
    stop: StopFlag | None = None,
    lease: float = LEASE_SECONDS,
) -> tuple[dict[str, int], list[str]]:
    """Deliver to every ``mode: changes`` sink of a recipe the events up to the present end of the feed.

    Returns ``(number of delivered changes by sink, error messages)``. A sink that fails keeps its position, from which
    the next crawl goes on; the other sinks are fed all the same. Raises ``UsageError`` for wrong settings of a sink,
    and ``Fatal`` when the database stays unavailable.
    """
    stop = stop or StopFlag()
    followers = Subscriptions(db, lease=lease)
    sinks = configured(recipe.sinks, secrets, "changes")
    service = recipe.service
    followed = wanted(service.name, service.type, recipe, "embedded")
    patiently(lambda: followers.register(service.name, followed))
    goal = patiently(lambda: Catalog(db).feed()[1])
    delivered: dict[str, int] = {}
    errors: list[str] = []
    for sink in sinks:
        try:
            fed = _one(db, followers, recipe, sink, goal, stop)
        except HeadraceError as error:
            errors.append(f"{sink.label}: {error}")
            continue
        delivered[sink.label] = fed.delivered
        if fed.refused:
            errors.append(f"{sink.label}: {fed.refused} changes were refused; see: headrace dead list")
    return delivered, errors


def _one(db: SqlDatabase, followers: Subscriptions, recipe: Recipe, sink: Configured, goal: int, stop: StopFlag) -> Fed:
    name = name_of(recipe.service.name, sink.label)
    failing, sent = 0, Sent()
    with closing(sink.changes(recipe.service, FedTargets(db))) as made:
        while True:
            held = followers.take(name)
            if held is None:
                raise Retry("another process feeds this sink", remedy="it is fed there, or by the next crawl")
            following = Following(db, followers, held, made, stop, sent)
            try:
                fed = following.feed(goal=goal)
            except (SubscriptionLost, SubscriberStopped):
                followers.release(name)
                raise Retry("feeding it was broken off", remedy="the next crawl goes on from there") from None
            except HeadraceError as error:
                failing = 1 if following.moved else failing + 1
                delay = pause(error, failing)
                broken = not isinstance(error, Retry)
                followers.fail(following.held, failing=failing, delay=delay, reason=str(error), broken=broken)
                if not isinstance(error, Retry) or failing >= FAILURES_IN_A_ROW or delay > CRAWL_PAUSE_SECONDS:
                    raise
                stop.wait(delay)
                continue
            followers.release(name)
            return fed
