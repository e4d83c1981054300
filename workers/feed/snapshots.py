"""Feeds a recipe's sinks once a run is over."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field

from specs.errors import HeadraceError
from specs.recipe.recipe import Recipe
from workers.catalog import Catalog
from workers.store.database import SqlDatabase


@dataclass(slots=True)
class Published:
    """Lines or changes per sink, and what went wrong, one message per sink."""

    lines: dict[str, int] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)


def publish(db: SqlDatabase, recipe: Recipe, secrets: Mapping[str, str]) -> Published:
    """Write the service's full state to every ``mode: snapshot`` sink.

    One that fails keeps what it had and hinders no other.
    """
    from workers.sinks import configured  # most crawls do not need it

    done = Published()
    for sink in configured(recipe.sinks, secrets, "snapshot"):
        try:
            with closing(sink.snapshot()) as made:
                done.lines[sink.label] = made.write(Catalog(db).export(recipe.service.name))
        except HeadraceError as error:
            done.errors.append(str(error))
    return done
