"""Runs, as the catalog reads them from the ledger's tables: whether one exists, and its recipe."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from specs.errors import UsageError
from specs.names import clean
from workers.store.statements import Statements


class Crawled(NamedTuple):
    """What a run crawls, how, and its state; ``recipe`` is the JSON with which it was opened."""

    service: str
    state: str
    recipe: dict[str, Any]


def known_run(sql: Statements, run: str) -> Crawled:
    """The run of this id. Raises ``UsageError`` when there is none."""
    row = sql.one("known_run", run=clean(run))
    if row is None:
        raise UsageError(f"there is no run {run!r}", remedy="see: headrace runs", reason="unknown")
    return Crawled(row.service, row.state, json.loads(row.recipe))
