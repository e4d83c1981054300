"""Metrics as Prometheus reads them, and ledgers to make them from."""

from __future__ import annotations

import re
import time
from typing import Any

from specs.contracts.assignment import Opening
from specs.topology.events import Start
from specs.topology.scope import Scope
from workers.ledger import SqlLedger
from workers.metrics import FAMILIES
from workers.store.database import SqlDatabase
from workers.store.named_sql import driver

SAMPLE = re.compile(r'^(headrace_[a-z_]+)(?:\{((?:[a-z]+="(?:[^"\\]|\\.)*",?)*)\})? (-?[0-9.e+-]+)$')
LABEL = re.compile(r'([a-z]+)="((?:[^"\\]|\\.)*)"')


def samples(text: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Every line parsed as Prometheus does; HELP and TYPE come first, once."""
    found: dict[tuple[str, frozenset[tuple[str, str]]], float] = {}
    typed: set[str] = set()
    assert text.endswith("\n")
    for line in text.splitlines():
        if line.startswith("#"):
            word, name, rest = line[2:].split(" ", 2)
            assert (word == "HELP") == (name not in typed and rest == FAMILIES[name].what) or word == "TYPE"
            typed |= {name} if word == "TYPE" else set()
            continue
        parts = SAMPLE.match(line)
        assert parts, line
        assert parts[1] in typed, line
        labels = frozenset(LABEL.findall(parts[2] or ""))
        assert {label for label, _ in labels} == set(FAMILIES[parts[1]].labels)
        assert (parts[1], labels) not in found, line
        found[parts[1], labels] = float(parts[3])
    return found


class Told:
    def __init__(self, text: str) -> None:
        self.found = samples(text)

    def __call__(self, name: str, **labels: str) -> float | None:
        return self.found.get((name, frozenset(labels.items())))


def do(db: SqlDatabase, sql: str, **values: Any) -> None:
    with db.write() as conn:
        conn.exec_driver_sql(driver(sql, db.dialect), values)


def opened(db: SqlDatabase, service: str = "shop", now: float | None = None) -> str:
    root = Start("service", Scope.of(service), [service, service, {}, None])
    ledger = SqlLedger(db)
    return ledger.open_run(Opening(service, "fake", {}, (root,), slots=3), now=time.time() if now is None else now).id
