"""What must hold after any disturbance, counted by SQL: the one check that every chaos test ends with."""

from __future__ import annotations

from contextlib import closing
from typing import Any

from scheduler.app.runs.summary import Summary
from tests.workers.cluster.rig import Cluster, exported
from workers.cluster.membership import sink
from workers.store.connection import Connection
from workers.store.database import open_database

_NONE = {
    "units that are not done": "SELECT id, state, reason FROM units WHERE run = {run} AND state <> 'done'",
    "units that did not end completely": "SELECT id, reason FROM units WHERE run = {run} AND complete <> 1",
    "parents that still wait for children": "SELECT id FROM units WHERE run = {run} AND outstanding <> 0",
    "listings that broke off": "SELECT scope, error FROM coverage WHERE run = {run} AND error IS NOT NULL",
    "objects that failed or were gone": "SELECT fqn, reason FROM outcomes WHERE run = {run}",
    "open runs": "SELECT id, state FROM runs WHERE state IN ('running', 'confirming')",
    "slots that nobody gave back": "SELECT service, n, unit FROM slots WHERE unit IS NOT NULL",
    "marks that only an open run needs": "SELECT run, unit FROM marks",
    "entities that are not live": "SELECT type, fqn, state FROM entities WHERE state <> 'live'",
    "absences": "SELECT type, fqn, verdict FROM absences WHERE run = {run}",
    "entities told twice": "SELECT type, fqn, count(*) FROM events WHERE run = {run} AND kind <> 'measured' "
    "GROUP BY type, fqn HAVING count(*) > 1",
    "entities told to be gone": "SELECT type, fqn, kind FROM events WHERE run = {run} AND kind = 'deleted'",
    "numbers that do not add up": "SELECT type, listed, sent, emitted, unchanged, filtered, failed, gone FROM "
    "(SELECT type, sum(listed) AS listed, sum(sent) AS sent, sum(emitted) AS emitted, sum(unchanged) AS unchanged, "
    "sum(filtered) AS filtered, sum(failed) AS failed, sum(gone) AS gone FROM counts WHERE run = {run} GROUP BY type) "
    "AS sums WHERE listed <> sent + filtered + failed + gone OR sent <> emitted + unchanged",
}
"""What may not exist. (An object that was really dropped meanwhile would be a row of ``outcomes``; none is here.)"""


def proof(made: Cluster, summary: Summary, calm: list[str]) -> None:
    """The catalog equals that of an undisturbed crawl byte for byte, and everything was done exactly once."""
    assert (summary.status, summary.reason) == ("complete", ""), summary
    with closing(open_database(made.catalog)) as db, db.read() as conn:
        ledger(conn, summary.run)
        stored(conn, summary)
    assert exported(made.catalog) == calm
    with closing(sink(made.settings)) as queue:
        assert queue.sizes() == [(0, 0)] * made.settings.shards
        assert queue.dead() == 0


def ledger(conn: Connection, run: str) -> None:
    """Every unit was done once, the run was closed once, nothing is left over."""
    for what, query in _NONE.items():
        assert not _rows(conn, query, run), what
    ((units, receipts),) = _rows(conn, "SELECT count(*), count(fence) FROM units WHERE run = {run}", run)
    ((known, finished),) = _rows(conn, "SELECT sum(known), sum(finished) FROM tallies WHERE run = {run}", run)
    assert units == known == finished, "every unit counts once, whoever died over it"
    assert units == receipts > 0
    ((state, ended),) = _rows(conn, "SELECT state, ended_at FROM runs WHERE id = {run}", run)
    assert (state, ended is not None) == ("complete", True)


def stored(conn: Connection, summary: Summary) -> None:
    """What the run says that it stored is what lies there."""
    assert summary.reconciles
    assert {**summary.missing, **summary.deleted, **summary.waiting, **summary.doubtful} == {}
    present = dict(_rows(conn, "SELECT type, count(*) FROM entities GROUP BY type", summary.run))
    assert {type_: tally.emitted + tally.unchanged for type_, tally in summary.entities.items()} == present
    query = "SELECT type, count(*) FROM events WHERE run = {run} AND kind <> 'measured' GROUP BY type"
    told = dict(_rows(conn, query, summary.run))
    changed = {type_: tally.emitted for type_, tally in summary.entities.items() if tally.emitted}
    assert told == changed, "one event for each entity that is new or changed"


def _rows(conn: Connection, query: str, run: str) -> list[Any]:
    return [tuple(row) for row in conn.exec_driver_sql(query.replace("{run}", f"'{run}'"))]
