"""Keeps secrets out of what is stored about failures: the text of a library's error often quotes the address or the
header that it was given."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from specs.recipe.allow_list import mask
from specs.topology.events import Covered, Event, Reported


def masked(events: Iterator[Event], secrets: Collection[str]) -> Iterator[Event]:
    """The events, with ``***`` for each secret in their messages."""
    return _masked(events, secrets) if secrets else events


def _masked(events: Iterator[Event], secrets: Collection[str]) -> Iterator[Event]:
    for event in events:
        if isinstance(event, Reported) and event.outcome.message:
            outcome = event.outcome._replace(message=mask(event.outcome.message, secrets))
            yield event._replace(outcome=outcome)
        elif isinstance(event, Covered) and event.coverage.error:
            coverage = replace(event.coverage, error=mask(event.coverage.error, secrets))
            yield event._replace(coverage=coverage)
        else:
            yield event
