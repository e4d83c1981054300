"""Finds sink specs: first the folders of ``workers.sinks``, then the entry points ``headrace.sinks``."""

from __future__ import annotations

from specs.registry import SpecFinder
from specs.sink_spec import SinkSpec

_finder = SpecFinder("sink", SinkSpec, "workers.sinks", "sink_spec", "headrace.sinks", "see docs/sinks.md")


def known() -> tuple[str, ...]:
    """The names of all sinks, sorted."""
    return _finder.known


def load(name: str) -> SinkSpec:
    """The spec of a sink, by name or as ``"module:attribute"`` for one that lives in a file of its own.

    Raises ``UsageError`` naming the known ones when there is none, and for one that cannot be imported.
    """
    return _finder.load(name)
