"""A service that keeps failing is left alone for a while, longer each time; one unit at a time finds out how it is.

The crawl of one command is waited for by somebody, so it gives up sooner instead.
"""

from __future__ import annotations

from random import uniform

from workers.ledger.run import runs
from workers.store.statements import Statements

TRIPS = 5
"""Failures in a row from which on the service is left alone; the claims know this number too."""
FIRST, LONGEST = 5.0, 300.0
"""Seconds it is left alone at first, and at most; a random half of them is taken off."""
GIVES_UP = 20
"""Failures in a row, three quarters of an hour of them, after which the service's run has failed."""
GIVES_UP_ALONE = 8
"""The same for the run of one command: each failure is several tries of one unit, with nothing stored in between."""


def failed(desk: Statements, service: str, reason: str) -> None:
    """Count a failure of a service; only one that a cluster crawls is left alone."""
    row = desk.one("failing_service", service=service)
    if row is None:
        return
    failing, alone = row.failing + 1, row.via != "cluster"
    wait = min(LONGEST, FIRST * 2.0 ** min(failing - TRIPS, 10)) * uniform(0.5, 1.0)
    wait = None if alone or failing < TRIPS else wait
    desk.do("set_failing", service=service, wait=wait)
    if failing >= (GIVES_UP_ALONE if alone else GIVES_UP):
        runs.close(desk, row.run, "failed", f"{service} failed {failing} times in a row: {reason or 'out of reach'}")
