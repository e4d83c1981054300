"""Finds out which sinks there are to feed: those of the newest recipe of each service that a cluster crawls."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any

from specs.errors import UsageError
from specs.recipe.recipe import Recipe
from workers.feed.subscriptions import Subscriptions
from workers.sinks import label_of, mode_of
from workers.store.database import SqlDatabase
from workers.store.statements import Transactions

OVERLAP = 100
"""Runs before the newest one that are looked at again: commits come late."""
log = logging.getLogger("headrace.publisher")


class Discovery:
    """Registers what newer recipes ask for. ``look`` is cheap while no run was opened since."""

    def __init__(self, db: SqlDatabase, followers: Subscriptions) -> None:
        self._transactions, self._followers = Transactions(db, "workers.feed"), followers
        self._since = 0
        self._known: dict[str, int] = {}

    def look(self) -> None:
        """Register followers of services whose newest run is new to us. Raises ``Retry`` while the catalog is out."""
        with self._transactions.read() as sql:
            rows = sql.all("newest_recipes", since=self._since - OVERLAP)
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
        except UsageError as error:  # of another version: it was checked when its run was opened
            log.error("%s", error)
            return
        self._followers.register(service, wanted(service, type_, recipe, "cluster"))


def wanted(service: str, type_: str, recipe: Recipe, via: str) -> Mapping[str, Mapping[str, Any]]:
    """The followers that a recipe asks for: config by name, with references in place of secrets."""
    return {
        name_of(service, label_of(settings)): {"settings": dict(settings), "type": type_, "via": via}
        for settings in recipe.sinks
        if _follows(settings)
    }


def _follows(settings: Mapping[str, Any]) -> bool:
    """Whether a sink is fed from the change feed. One that is not installed here is taken for one that is: feeding it
    then fails with a message that people see, while leaving it out would say nothing."""
    try:
        return mode_of(settings) == "changes"
    except UsageError:
        return True


def name_of(service: str, label: str) -> str:
    """What a follower is called: ``shop/webhook https://host/path``."""
    return f"{service}/{label}"
