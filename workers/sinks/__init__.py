"""Where a run's result goes besides the catalog: sink types by name, each with a model of its settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from specs.config import Model
from specs.errors import known_values
from specs.problems import validate
from specs.secrets import resolve
from specs.sink import Sink
from workers.sinks.jsonl import JsonlConfig, JsonlSink


class SinkType(NamedTuple):
    config: type[Model]
    make: Callable[[Any], Sink]


types: Mapping[str, SinkType] = {"jsonl": SinkType(JsonlConfig, JsonlSink)}
"""All sink types by name."""


class Configured(NamedTuple):
    """A sink of a recipe, ready to be made. ``label`` names it for people: ``jsonl out.jsonl``."""

    label: str
    make: Callable[[], Sink]


def configured(sinks: Sequence[Mapping[str, Any]], secrets: Mapping[str, str]) -> list[Configured]:
    """The sinks of a recipe. Raises ``Usage`` for an unknown type or a mistake in the settings."""
    found: list[Configured] = []
    for at, settings in enumerate(sinks):
        name = settings["type"]
        if name not in types:
            raise known_values(f"sinks.{at}: unknown sink", name, types)
        kind = types[name]
        path = ("sinks", at)
        config = validate(kind.config, resolve(dict(settings), secrets, path), path, where="recipe")
        found.append(Configured(f"{name} {settings.get('path', at)}", partial(kind.make, config)))
    return found


__all__ = ["Configured", "SinkType", "configured", "types"]
