"""The circuit breaker: units of a service that keeps failing are not claimed for a while, longer each time; after that
one unit at a time tests the service.

The run of a single command gives up sooner instead, because a person waits for it.
"""

from __future__ import annotations

from random import uniform

from workers.ledger.run import runs
from workers.store.statements import Statements

TRIPS = 5
"""Failures in a row from which on the service is paused; the SQL of claims contains the same number."""
FIRST, LONGEST = 5.0, 300.0
"""Seconds of the first pause, and the most seconds of a later one; up to half of them is taken off at random."""
GIVES_UP = 20
"""Failures in a row after which a cluster's run of the service fails, about three quarters of an hour."""
GIVES_UP_ALONE = 8
"""The same for the run of a single command; each failure is several tries of one unit, with nothing stored in
between."""


def failed(sql: Statements, service: str, reason: str) -> None:
    """Count a failure of a service, pause it if a cluster crawls it, and fail its run when there are too many."""
    row = sql.one("failing_service", service=service)
    if row is None:
        return
    failing, alone = row.failing + 1, row.via != "cluster"
    wait = min(LONGEST, FIRST * 2.0 ** min(failing - TRIPS, 10)) * uniform(0.5, 1.0)
    wait = None if alone or failing < TRIPS else wait
    sql.do("set_failing", service=service, wait=wait)
    if failing >= (GIVES_UP_ALONE if alone else GIVES_UP):
        runs.close(sql, row.run, "failed", f"{service} failed {failing} times in a row: {reason or 'out of reach'}")
