"""The starts of a retry: failed units, listings that ended in an error, and single failed objects."""

from __future__ import annotations

from collections.abc import Iterable

from specs import names
from specs.topology.events import Start
from specs.topology.scope import KeyRange, Scope
from workers.ledger.answers.views import Failure
from workers.ledger.columns import load_start
from workers.store.statements import Statements

KEYS = 500
"""Most failed objects of one listing in one start."""


def starts(sql: Statements, run: str, failures: Iterable[Failure]) -> list[Start]:
    """The starts of a retry of a closed run; a start that lies inside another one is walked twice."""
    found = [load_start(row) for row in sql.all("incomplete_units", run=run) if row.state == "failed"]
    found = [start for start in found if start.node != "confirm"]
    for row in sql.all("coverage_errors", run=run):
        found.append(
            Start(row.node, Scope(names.split(row.scope)), range=KeyRange(row.after, row.until), part=row.part)
        )
    listings: dict[tuple[str, str, str], set[str]] = {}
    for failure in failures:
        listings.setdefault((failure.part, failure.node, failure.scope), set()).add(failure.key)
    for (part, node, scope), keys in listings.items():
        found += [Start(node, Scope(names.split(scope)), range=span, part=part) for span in _spans(sorted(keys))]
    return found


def _spans(keys: list[str]) -> list[KeyRange]:
    if len(keys) == 1:
        return [KeyRange.single(keys[0])]
    chunks = [tuple(keys[at : at + KEYS]) for at in range(0, len(keys), KEYS)]
    return [KeyRange(chunk[0][:-1] or None, chunk[-1], chunk) for chunk in chunks]
