"""Sink specs: the binding of the parts of one external sink. Parts are imported when a run feeds the sink."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from specs.config import StrictModel
from specs.contracts.sink import ChangeSink, Mode, Sink
from specs.errors import UsageError
from specs.exports import imported
from specs.recipe.recipe import Label


class SinkConfig(StrictModel):
    """Base of every sink's settings. ``mode`` needs a default when the sink has one mode only."""

    type: str = Field(description="The sink's type.")
    name: Label | None = Field(
        default=None,
        description="Names the sink where several are alike; another name makes it a new sink, fed from the beginning.",
    )
    mode: Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class SinkSpec:
    """The parts of one sink, each a class or function, or ``"module:name"``; ``None`` for a mode that it lacks.

    ``snapshot`` is called with the checked settings, ``changes`` with the settings and the ``ServiceRef`` of the
    recipe, and both with the ``StoredLineage`` of the catalog where ``asks_lineage`` is set. ``trial`` says in words
    whether the sink would take something, without bringing it anything: it is called with the settings, for
    ``headrace check``, and raises what a delivery raises.
    """

    name: str
    config: str | type[SinkConfig]
    snapshot: str | Callable[[Any], Sink] | None = None
    changes: str | Callable[..., ChangeSink] | None = None
    trial: str | Callable[[Any], str] | None = None
    asks_lineage: bool = False

    def config_class(self) -> type[SinkConfig]:
        """The model of the settings, imported now."""
        found: type[SinkConfig] = imported(self.config)
        return found

    def part(self, mode: Mode) -> Callable[..., Any]:
        """The function that creates the sink in a mode. Raises ``UsageError`` for a mode that the sink does not
        have."""
        found = self.snapshot if mode == "snapshot" else self.changes
        if found is None:
            other = "changes" if mode == "snapshot" else "snapshot"
            raise UsageError(f"sink {self.name!r} has no mode {mode}", remedy=f"write mode: {other}")
        made: Callable[..., Any] = imported(found)
        return made
