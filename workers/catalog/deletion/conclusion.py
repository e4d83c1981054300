"""Deletion only with evidence: what a complete listing did not show is asked for by name, twice, before it goes.

A run plans (suspects), confirms (the source answers by name) and concludes: a ``no`` makes a live object *missing*, a
``no`` of a later run makes a missing one *deleted*, a ``yes`` makes it live again. Above a cap, of one listing or of
all listings of a node in the service, nothing happens until a person approves.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import groupby, islice
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from specs import names
from specs.contracts.work import Verdict
from specs.topology.scope import Scope
from workers.catalog.deletion.absences import apply, protect
from workers.catalog.deletion.marks import load_marks
from workers.catalog.deletion.tiling import tiles
from workers.catalog.deletion.unseen import LISTINGS, KnownListing, look_up, unseen
from workers.store.statements import Statements

if TYPE_CHECKING:
    from workers.store.database import SqlDatabase

MOST = 1000
"""Suspects that one confirm unit asks about, at most."""
MAX_FRACTION = 0.1
MAX_OBJECTS = 10
"""More than this fraction of a listing and more than this many objects: the deletions wait. The same holds for all
listings of one node in the service together, so that a little everywhere is no way around it."""

Questions = tuple[str, Scope, list[tuple[str, str]]]
"""The part that listed them, a container, and the ``(type, fqn)`` below it that the source must be asked about."""


def plan_confirmation(db: SqlDatabase, conn: Connection, run: str) -> Iterator[Questions]:
    """Find the suspects of a run whose units are all finished: entities of completely read listings without a mark.

    All is written down when this returns; the parts are read from there one page at a time, on the same connection.
    Memory: 8 bytes for each object of the run, and a page. Planning again starts afresh.
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
    """Write down what the source answered about suspects."""
    sql = Statements(conn, "workers.catalog")
    sql.many("record_verdict", [{"run": run, **verdict._asdict()} for verdict in verdicts])


def conclude(db: SqlDatabase, conn: Connection, run: str, now: float) -> dict[str, int]:
    """Apply what was confirmed; returns how many objects per type became missing or deleted, descendants included.

    To be called last in the transaction: it takes the feed's counter. Calling it again changes nothing.
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
    """``(node, scope, fingerprint of our grants)`` of each listing that was read without error and without gap.

    What another part could not read on its way down says nothing about the listing of the part that owns the node.
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
    """Write down the unseen entities of one complete listing.

    Where the source hides what we have no grant for, absence proves nothing once our grants have changed since the
    object was last seen: such objects stay in doubt until they are seen again or the old grants are back.
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
            for first in range(0, len(suspects), MOST):
                yield part, scope, suspects[first : first + MOST]


def _caps(sql: Statements, run: str) -> tuple[str, float, int]:
    """The service, and the recipe's caps: fraction of what is there, number of objects."""
    row = sql.one("run_of", run=run)
    assert row is not None, f"run {run} is gone"
    service, recipe = row
    given = (json.loads(recipe) if isinstance(recipe, str) else recipe).get("deletion") or {}
    return service, float(given.get("max_fraction", MAX_FRACTION)), int(given.get("max_objects", MAX_OBJECTS))
