"""The summary of a run as text: numbers that add up, what was left out and why, and what to do next."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING

from scheduler.cli.display import terminal
from scheduler.cli.display.render import clean, duration, number
from scheduler.cli.display.tables import table, with_parts

if TYPE_CHECKING:
    from scheduler.app.runs.summary import Summary

MOST_ROWS = 10
"""Scopes shown before the rest is only counted."""
COLUMNS = ("listed", "emitted", "unchanged", "filtered", "failed", "gone", "stored")


def report(summary: Summary, catalog: str) -> str:
    """The summary as text; ``catalog`` is the ``--catalog`` that follow-up commands need, or empty."""
    text = "\n".join(_lines(summary, f" --catalog {shlex.quote(catalog)}" if catalog else ""))
    return re.sub(r"\n{3,}", "\n\n", text)


def _lines(summary: Summary, catalog: str) -> Iterator[str]:
    because = f": {clean(summary.reason)}" if summary.reason else ""
    yield f"{clean(summary.run)}  {terminal.state(summary.status)}{because}"
    yield ""
    rows = [
        (type_, *(getattr(tally, column) for column in COLUMNS)) for type_, tally in sorted(summary.entities.items())
    ]
    if rows:
        totals = [sum(row[at] for row in rows) for at in range(1, len(COLUMNS) + 1)]
        yield table(("type", *COLUMNS), [*rows, ("all", *totals)])
        yield ""
        yield _reconciled(summary)
    yield from _deletions(summary, catalog)
    yield from _left_out(summary)
    yield from _filtered(summary)
    yield from _idle(summary)
    yield from _slowest(summary)
    for sink, written in summary.sinks.items():
        yield f"sink {clean(sink)}: {number(written)} sent"
    for error in summary.sink_errors:
        yield f"sink failed: {clean(error)}"
    yield (
        f"{number(summary.statements)} statements, {duration(summary.seconds)}, "
        f"peak memory {summary.peak_rss_mb:.0f} MB per process"
    )
    yield from _next(summary, catalog)


def _reconciled(summary: Summary) -> str:
    if summary.open:
        return "So far; a finished run reconciles."
    wrong = [type_ for type_, tally in summary.entities.items() if not tally.reconciles]
    if wrong:
        return f"DOES NOT RECONCILE: {', '.join(wrong)}; please report this"
    return "Reconciled: listed = emitted + unchanged + filtered + failed + gone; emitted = stored (counted by SQL)."


def _deletions(summary: Summary, catalog: str) -> Iterator[str]:
    for word, counts in (("missing", summary.missing), ("deleted", summary.deleted)):
        if any(counts.values()):
            found = ", ".join(f"{number(n)} {type_}" for type_, n in sorted(counts.items()) if n)
            yield f"{word}: {found}  (headrace deletions {summary.run}{catalog})"
    for words, counts, flags in (
        ("gone, but too many to believe without approval", summary.waiting, "--approve"),
        ("not seen, but in doubt since our grants changed", summary.doubtful, "--approve --doubtful"),
    ):
        if any(counts.values()):
            found = ", ".join(f"{number(n)} {type_}" for type_, n in sorted(counts.items()) if n)
            yield f"{words}: {found}  (headrace deletions {summary.run} [{flags}]{catalog})"


def _left_out(summary: Summary) -> Iterator[str]:
    scopes = summary.incomplete_scopes
    if scopes:
        yield f"\nNot listed to the end, so nothing below is deleted ({number(len(scopes))}):\n"
        rows = [(each.scope, each.node, each.reason, each.message) for each in scopes[:MOST_ROWS]]
        yield table(*with_parts(("scope", "node", "reason", "message"), rows, scopes), indent="  ")
        if len(scopes) > MOST_ROWS:
            yield f"  and {number(len(scopes) - MOST_ROWS)} more: headrace failures {summary.run}"
        yield ""


def _filtered(summary: Summary) -> Iterator[str]:
    if summary.filtered:
        yield "\nDropped by filters:\n"
        rows = sorted(summary.filtered.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_ROWS]
        yield table(("rule", "objects"), rows, indent="  ")
        yield ""


def _idle(summary: Summary) -> Iterator[str]:
    if summary.idle_filters:
        yield f"\nFilters that made no difference: {', '.join(clean(each) for each in summary.idle_filters)}\n"


def _slowest(summary: Summary) -> Iterator[str]:
    if summary.slowest and summary.entities:
        yield "\nSlowest scopes:\n"
        rows = [(each.scope, duration(each.seconds), each.objects) for each in summary.slowest[:5]]
        yield table(*with_parts(("scope", "took", "objects"), rows, summary.slowest), indent="  ")
        yield ""


def _next(summary: Summary, catalog: str) -> Iterator[str]:
    if summary.status in ("interrupted", "paused"):
        yield f"\nresume with: headrace resume {summary.run}{catalog}"
    elif summary.status == "running":
        who = "the workers of the cluster go on with it" if summary.via == "cluster" else "a process is at work on it"
        yield f"\n{who}: headrace status {summary.run}{catalog}"
    elif any(tally.failed for tally in summary.entities.values()) or summary.incomplete_scopes:
        yield f"\nwhat failed: headrace failures {summary.run}{catalog}"
        yield f"try it again: headrace retry {summary.run} --failed{catalog}"
