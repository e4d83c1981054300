"""What a change reaches, as text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from scheduler.app.lineage.graph import name_of
from scheduler.cli.display.render import clean, number
from scheduler.cli.display.tables import table
from workers.lineage.hops import FlowPlace

if TYPE_CHECKING:
    from scheduler.app.lineage.impact import Affected, Impact

ROWS = 1000
"""Most rows of the table."""


def told(impact: Impact) -> Iterator[str]:
    """A line on how much there is, then a table, nearest first."""
    asked = clean(name_of(FlowPlace("", impact.fqn, impact.column or "")))
    if not impact.affected:
        yield f"nothing that is known is made of {asked}"
        return
    objects = len({each.place[:2] for each in impact.affected})
    yield f"a change of {asked} reaches {number(objects)} object{'s' if objects > 1 else ''}\n"
    rows = [
        (each.depth, clean(name_of(each.place)), each.place.type or None, _notes(each) or None, _way(each) or None)
        for each in impact.affected[:ROWS]
    ]
    yield table(("steps", "object", "type", "note", "by way of"), rows)
    if len(impact.affected) > ROWS:
        yield f"and {number(len(impact.affected) - ROWS)} more; see all with --json"
    if not impact.complete:
        yield "there is more than this: it was left out by --depth, or is more than one answer holds"


def _notes(each: Affected) -> str:
    notes = [] if each.state == "live" else [each.state]
    notes += [] if each.certain else ["columns not known"]
    notes += [f"confidence {each.confidence:g}"] if each.confidence < 1 else []
    return ", ".join(notes)


def _way(each: Affected) -> str:
    """The places between the beginning and the end, and what tells of the last step."""
    between = ["…" if step is None else name_of(step) for step in each.path[1:-1]]
    way = " > ".join(clean(step) for step in between)
    return f"{way} (by {clean(each.via)})".strip() if each.via else way
