"""Queries for the numbers of a run: counts, units, failures, incomplete listings, progress, and whether they add up."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from workers.ledger.answers.views import Failure, Incomplete, PartTally, RunMeters, RunProgress, UnitView
from workers.ledger.columns import load_scope, load_span
from workers.store.statements import Statements

COUNTS = ("listed", "emitted", "unchanged", "filtered", "failed", "gone")
PAGE = 1000


def counts(sql: Statements, run: str) -> dict[str, dict[str, int]]:
    """By entity type: the numbers of ``COUNTS`` by name; types of which all are 0 are left out."""
    found = {}
    for row in sql.all("sum_counts", run=run):
        each = {name: int(getattr(row, name)) for name in COUNTS}
        if any(each.values()):
            found[row.type] = each
    return found


def filtered(sql: Statements, run: str) -> dict[tuple[str, str], int]:
    """How many objects each rule dropped: ``(type, rule) -> n``."""
    return {(row.type, row.rule): int(row.n) for row in sql.all("sum_filtered", run=run)}


def totals(sql: Statements, run: str) -> Any:
    """``(known units, finished units, entities, failures, statements, peak_rss in bytes)`` of a run."""
    row = sql.one("sum_tallies", run=run)
    return tuple(int(value or 0) for value in row or (0,) * 6)


def progress(sql: Statements, run: str) -> RunProgress:
    """The progress of a run; unfinished units by state are read for an open run only."""
    known, finished, entities, failures, statements, peak_rss = totals(sql, run)
    row = sql.one("get_run", run=run)
    states: dict[str, int] = {}
    if row is not None and row.state in ("running", "confirming"):
        states = {each.state: int(each.n) for each in sql.all("open_states", run=run)}
        ready = known - finished - sum(states.values())  # computed, because counting a million ready rows takes long
        states = {"ready": ready} | states if ready else states
    scopes = tuple(load_scope(each.scope).fqn for each in sql.all("in_hands", run=run))
    told = sql.one("trouble", run=run)
    trouble = told.told if told is not None else ""
    return RunProgress(states, known, finished, entities, failures, statements, peak_rss, scopes, trouble)


def parts(sql: Statements, run: str) -> dict[str, PartTally]:
    """What each part of a run has done so far, in the order in which its units became known; reads all of them."""
    return {row.part: PartTally(*(int(each) for each in row[1:])) for row in sql.all("sum_parts", run=run)}


def unfinished(sql: Statements, run: str) -> int:
    """The number of unfinished units of a run by its tallies; 0 for a closed run."""
    row = sql.one("unfinished_units", run=run)
    return 0 if row is None or row.n is None else int(row.n)


def meters(sql: Statements, run: str | None) -> RunMeters:
    """The meters of a run, or of all runs together (``None``)."""
    row = sql.one("all_meters") if run is None else sql.one("meters", run=run)
    return RunMeters(*(int(value or 0) for value in row or (0, 0, 0)))


def units_page(
    sql: Statements, run: str, after: int, states: Collection[str] | None
) -> tuple[list[UnitView], int | None]:
    """``(units, next)``: a page of units behind the number ``after``, in the order in which they were added, and the
    ``after`` of the next page (``None``: it was the last)."""
    rows = sql.all("units_page", run=run, after=after)
    page = [_unit(row) for row in rows if states is None or row.state in states]
    return page, (rows[-1].n if len(rows) == PAGE else None)


def slowest(sql: Statements, run: str, limit: int) -> list[UnitView]:
    """The ``limit`` units that workers held longest, the slowest first."""
    return [_unit(row) for row in sql.all("slowest_units", run=run, limit=limit)]


def _unit(row: Any) -> UnitView:
    return UnitView(
        row.id,
        row.part,
        row.node,
        load_scope(row.scope).fqn,
        load_span(row.span),
        row.phase,
        row.depth,
        row.parent,
        row.state,
        row.seconds,
        row.objects,
        row.statements,
        row.attempts,
        row.crashes,
        row.reason,
        row.progress,
        row.fingerprint,
    )


def failures_page(sql: Statements, run: str, kind: str, after: int) -> tuple[list[Failure], int | None]:
    """``(failures, next)``: a page of outcomes of ``kind`` behind the number ``after``; ``next`` as in
    ``units_page``."""
    rows = sql.all("failures_page", run=run, kind=kind, after=after)
    page = [
        Failure(row.type, row.fqn, row.key, row.reason, row.message, row.attempts, row.node, row.scope, row.part)
        for row in rows
    ]
    return page, (rows[-1].n if len(rows) == PAGE else None)


def incomplete(sql: Statements, run: str) -> list[Incomplete]:
    """Listings that ended in an error, and units that failed or ended incomplete without naming a listing."""
    errors = sql.all("coverage_errors", run=run)
    found = [Incomplete(row.node, row.scope, row.reason, row.error, row.part) for row in errors]
    told = {row.unit for row in errors}
    found += [
        Incomplete(row.node, load_scope(row.scope).fqn, row.state, row.reason, row.part)
        for row in sql.all("incomplete_units", run=run)
        if row.state == "failed" or row.id not in told
    ]
    return list(dict.fromkeys(found))


def reconcile(sql: Statements, run: str, stored: Mapping[str, int] | None) -> list[str]:
    """A line for each number of a run that does not add up; empty when all do. ``stored``: the entities that the run
    wrote, by type, counted in the catalog."""
    wrong: list[str] = []
    found = counts(sql, run)
    for type_, each in found.items():
        parts: Sequence[int] = [each[name] for name in COUNTS[1:]]
        if each["listed"] != sum(parts):
            sums = " + ".join(f"{each[name]} {name}" for name in COUNTS[1:])
            wrong.append(f"{type_}: {each['listed']} listed, but {sums} = {sum(parts)}")
    if stored is not None:
        for type_ in sorted(found.keys() | stored.keys()):
            emitted = found.get(type_, {}).get("emitted", 0)
            if emitted != stored.get(type_, 0):
                wrong.append(f"{type_}: {emitted} emitted, but {stored.get(type_, 0)} stored")
    return wrong
