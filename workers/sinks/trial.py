"""Checks whether a sink would accept a run's results, without sending any."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from specs.contracts.sink import TypedFqn
from specs.exports import imported
from specs.recipe.recipe import ServiceRef
from workers.sinks.recipe_sinks import Configured


def tried(sink: Configured, service: ServiceRef) -> str:
    """The finding as a line for people: that of the sink's own trial, if it has one.

    Others get an empty batch of changes, which a receiver acknowledges like any other; a sink of snapshots is only
    made, since an empty snapshot would replace what it holds. Raises what a delivery raises: ``Retry`` when the sink is
    away, ``Skip`` or ``Fatal`` when it refuses us.
    """
    if sink.spec.trial is not None:
        told: str = imported(sink.spec.trial)(sink.config)
        return told
    if sink.mode == "snapshot":
        sink.snapshot(NoLineage()).close()
        return "can be made; whether it takes a snapshot shows when there is one"
    made = sink.changes(service, NoLineage())
    try:
        made.deliver([])
    finally:
        made.close()
    return "answers, and takes changes from us"


class NoLineage:
    """What a sink on trial is told of lineage: nothing is stored."""

    def targets(self, teller: str, now: Sequence[TypedFqn]) -> list[TypedFqn]:
        return list(now)

    def feeding(self, target: TypedFqn) -> Iterator[str]:
        return iter(())

    def content(self, wanted: TypedFqn) -> str | None:
        return None

    def namespace(self, service: str) -> str | None:
        return None
