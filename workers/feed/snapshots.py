"""Writes the snapshot sinks of a recipe at the end of a run."""

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
    """The number of lines or changes by sink, and an error message per sink that failed."""

    lines: dict[str, int] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)


def publish(db: SqlDatabase, recipe: Recipe, secrets: Mapping[str, str]) -> Published:
    """Write the service's full state to every ``mode: snapshot`` sink of a recipe.

    A sink that fails keeps its old content, and the others are written all the same. Raises ``UsageError`` for wrong
    settings of a sink.
    """
    from workers.feed.subscription.fed_targets import FedTargets
    from workers.sinks import configured  # imported here because most crawls do not need it

    done = Published()
    for sink in configured(recipe.sinks, secrets, "snapshot"):
        try:
            with closing(sink.snapshot(FedTargets(db))) as made:
                done.lines[sink.label] = made.write(Catalog(db).export(recipe.service.name))
        except HeadraceError as error:
            done.errors.append(str(error))
    return done
