"""Deletion only with evidence: an object that a complete listing did not contain is asked for by name, in two runs,
before it is deleted.

A run plans (finds suspects), confirms (the source answers by name) and concludes: a ``no`` makes a live object
*missing*, a ``no`` of a later run makes a missing one *deleted*, a ``yes`` makes it live again. When a listing, or all
listings of a node in the service together, would lose more than a cap, nothing changes until a person approves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, islice
from typing import Any

from specs import names
from specs.contracts.work import Verdict
from specs.topology.scope import Scope
from workers.catalog.deletion.absences import apply, protect
from workers.catalog.deletion.marks import load_marks
from workers.catalog.deletion.tiling import tiles
from workers.catalog.deletion.unseen import LISTINGS, KnownListing, look_up, unseen
from workers.catalog.runs import known_run
from workers.store.connection import Connection
from workers.store.statements import Statements

SUSPECTS_OF_A_UNIT = 1000
"""Most suspects of one confirm unit."""
MAX_FRACTION = 0.1
"""The default cap as a fraction of a listing."""
MAX_OBJECTS = 10
"""The default cap in objects. Deletions above both caps wait. The caps also hold for all listings of one node in the
service together, so that a few deletions in each of many listings wait as well."""

Questions = tuple[str, Scope, list[tuple[str, str]]]
"""The part that listed the suspects, their container, and ``(type, fqn)`` of each."""


def plan_confirmation(conn: Connection, run: str) -> Iterator[Questions]:
    """Find the suspects of a run whose units are all finished: entities of completely read listings that have no mark.

    When this returns, all suspects are stored; the returned iterator reads them in pages on the same connection.
    Memory: 8 bytes per object of the run, and one page. A repeated call starts anew.
    """
    sql = Statements(conn, "workers.catalog")
    sql.do("forget_absences", run=run)
    sent, listed = load_marks(sql, run)
    listings = _complete_listings(sql, run)
    while group := look_up(sql, list(islice(listings, LISTINGS))):
        for listing, ids in unseen(sql, group, sent, listed):
            _suspect(sql, run, listing, ids)
        fresh = [
            {"scope": each.scope, "node": each.node, "fingerprint": each.fingerprint}
            for each in group
            if each.fingerprint is not None and each.fingerprint != each.known
        ]
        sql.many("record_fingerprint", fresh)
    protect(sql, run, lambda mark: mark in sent or mark in listed)
    return _parts(sql, run)


def record_verdicts(conn: Connection, run: str, verdicts: Sequence[Verdict]) -> None:
    """Store the source's verdicts on suspects."""
    sql = Statements(conn, "workers.catalog")
    sql.many("record_verdict", [{"run": run, **verdict._asdict()} for verdict in verdicts])


def conclude(conn: Connection, run: str, now: float) -> dict[str, int]:
    """Apply the verdicts; returns how many objects became missing or deleted, by type, descendants included.

    It takes the feed's counter, so it must be the last write of the transaction. A repeated call changes nothing.
    Raises ``UsageError`` for an unknown run.
    """
    sql = Statements(conn, "workers.catalog", now)
    sql.do("revive_confirmed", run=run)
    sql.do("keep_unconfirmed", run=run)
    sql.do("delete_twice_missing", run=run)
    service, fraction, objects = _caps(sql, run)
    for node, gone, known in sql.all("service_to_cap", run=run, service=service, objects=objects):
        if gone > fraction * known:
            sql.do("hold_node", run=run, node=node)
    for scope, node, gone, known in sql.all("listings_to_cap", run=run):
        above = gone > objects and gone > fraction * known
        sql.do("settle_listing", run=run, scope=scope, node=node, outcome="waiting" if above else "missing")
    return apply(sql, run)


def _complete_listings(sql: Statements, run: str) -> Iterator[tuple[str, str, str | None]]:
    """Yields ``(node, scope, fingerprint of our grants)`` of each listing that was read without error and without gap.

    An error of another part on its way down does not count against the listing of the part that owns the node.
    """
    for (node, scope, _), rows in groupby(_coverage(sql, run), key=lambda row: (row[0], row[1], row[2])):
        spans, error, grants = [], False, set()
        for _, _, _, _, after, until, failure, fingerprint in rows:
            spans.append((after, until))
            error = error or failure is not None
            grants.add(fingerprint)
        if not error and tiles(spans):
            known = sorted(each for each in grants if each is not None)
            yield node, scope, " ".join(known) if None not in grants else None


def _coverage(sql: Statements, run: str) -> Iterator[Any]:
    at = {"run": run, "node": "", "scope": "", "part": "", "n": 0}
    while page := sql.all("coverage_page", **at):
        yield from page
        node, scope, part, n = page[-1][:4]
        at = {"run": run, "node": node, "scope": scope, "part": part, "n": n}


def _suspect(sql: Statements, run: str, listing: KnownListing, ids: Sequence[int]) -> None:
    """Store the unseen entities of one complete listing as suspects.

    When a source hides objects for which we have no grant, and our grants have changed since an object was last seen,
    its absence proves nothing: such an object is in doubt until it is seen again or the old grants are back.
    """
    given = {"run": run, "known": listing.known, "grants": listing.fingerprint or ""}
    sql.many("suspect", [given | {"id": id_} for id_ in ids])
    sql.do("doubt", run=run, scope=listing.scope, node=listing.node, known=listing.known)


def _parts(sql: Statements, run: str) -> Iterator[Questions]:
    at = {"run": run, "fqn": "", "type": ""}
    while rows := sql.all("to_confirm", **at):
        at |= {"fqn": rows[-1][3], "type": rows[-1][2]}
        for (part, parent), group in groupby(sorted(map(tuple, rows)), key=lambda row: (str(row[0]), str(row[1]))):
            scope = Scope(names.split(parent))
            suspects = [(row[2], row[3]) for row in group]
            for first in range(0, len(suspects), SUSPECTS_OF_A_UNIT):
                yield part, scope, suspects[first : first + SUSPECTS_OF_A_UNIT]


def _caps(sql: Statements, run: str) -> tuple[str, float, int]:
    """``(service, cap as a fraction, cap in objects)`` of a run's recipe."""
    found = known_run(sql, run)
    given = found.recipe.get("deletion") or {}
    return found.service, float(given.get("max_fraction", MAX_FRACTION)), int(given.get("max_objects", MAX_OBJECTS))
