"""Finds the sinks to feed: those of the newest recipe of each service that a cluster crawls."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any

from specs.errors import UsageError
from specs.recipe.recipe import Recipe
from workers.feed.subscription.subscriptions import Subscriptions
from workers.sinks import label_of, mode_of
from workers.store.database import SqlDatabase
from workers.store.statements import Transactions

RUNS_LOOKED_AT_AGAIN = 100
"""How many runs before the newest known one are read again, because runs are numbered before they are committed."""
log = logging.getLogger("headrace.publisher")


class Discovery:
    """Registers the sinks of newer recipes. ``look`` is cheap while no run was opened since the last call."""

    def __init__(self, db: SqlDatabase, followers: Subscriptions) -> None:
        self._transactions, self._followers = Transactions(db, "workers.feed"), followers
        self._since = 0
        self._known: dict[str, int] = {}

    def look(self) -> None:
        """Register the sinks of services with a new run. Raises ``Retry`` while the database is unavailable."""
        with self._transactions.read() as sql:
            rows = sql.all("newest_recipes", since=self._since - RUNS_LOOKED_AT_AGAIN)
        for service, type_, recipe, via, n in rows:
            if self._known.get(service) == n:
                continue
            if via == "cluster":
                self._register(service, type_, json.loads(recipe))
            self._known[service] = n
            self._since = max(self._since, n)

    def _register(self, service: str, type_: str, data: Any) -> None:
        try:
            recipe = Recipe.from_dict(data, where=f"the recipe of {service}")
        except UsageError as error:  # another version opened the run, and accepted what this one refuses
            log.error("%s", error)
            return
        self._followers.register(service, wanted(service, type_, recipe, "cluster"))


def wanted(service: str, type_: str, recipe: Recipe, via: str) -> Mapping[str, Mapping[str, Any]]:
    """The followers for a recipe: their config by name, with references in place of secrets."""
    return {
        name_of(service, label_of(settings)): {"settings": dict(settings), "type": type_, "via": via}
        for settings in recipe.sinks
        if _follows(settings)
    }


def _follows(settings: Mapping[str, Any]) -> bool:
    """Whether a sink is fed from the change feed. A sink that is not installed here counts as one: feeding it then
    fails with a message, while without it no message would say that it gets nothing."""
    try:
        return mode_of(settings) == "changes"
    except UsageError:
        return True


def name_of(service: str, label: str) -> str:
    """The name of a follower: ``shop/webhook https://host/path``."""
    return f"{service}/{label}"
