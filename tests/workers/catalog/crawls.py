"""Crawls made by hand: rows, batches and the answers of a source, through the real ledger."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from specs import names
from specs.contracts.assignment import Opening
from specs.contracts.work import Batch, Counts, Receipt, Row, Run, Verdict
from specs.entities.base import content_hash
from specs.topology.events import Coverage, Start
from specs.topology.scope import KeyRange, Scope
from workers.catalog import CatalogWriter, StoredRows
from workers.ledger.store import SqlLedger
from workers.store.database import SqlDatabase

ROOT = Scope.of("shop")
NODES = {
    "Service": "service", "Database": "database", "Schema": "schema", "Table": "table", "Trigger": "table",
    "Sequence": "sequence",
}  # fmt: skip


def row(
    fqn: str, type_: str = "Table", *, stats: dict[str, Any] | None = None, owner: str | None = None, **fields: Any
) -> Row:
    """A row of ``type_``; a trigger is a secondary entity of the table ``owner``."""
    parts = names.split(fqn)
    parent = names.build(*parts[:-1]) if parts[1:] else ""
    scope = names.build(*parts[:-2]) if owner else parent
    content = json.dumps({"fqn": fqn, "name": parts[-1], "parent": parent, **fields}, separators=(",", ":"))
    return Row(
        type=type_,
        fqn=fqn,
        parent=parent,
        name=parts[-1],
        node=NODES[type_],
        scope=scope,
        owner=names.mark("Table", owner) if owner else None,
        hash=content_hash(content),
        search=" ".join([parts[-1], str(fields.get("comment", "")), *(c["name"] for c in fields.get("columns", ()))]),
        content=content,
        stats=json.dumps(stats) if stats else None,
    )


def columns(**types: str) -> list[dict[str, Any]]:
    return [{"name": name, "native_type": type_} for name, type_ in types.items()]


def store(db: SqlDatabase, run: str, rows: Sequence[Row], *, now: float = 1.0, **options: Any) -> StoredRows:
    """Store rows in one transaction of their own."""
    with db.write() as conn:
        writer = CatalogWriter(conn, run, "shop", now, **options)
        stored = writer.store(rows)
        writer.finish()
    return stored


class Crawl:
    """Runs over the service ``shop``, each of one unit; ``clock`` moves on with every run."""

    def __init__(self, db: SqlDatabase) -> None:
        self.db = db
        self.ledger = SqlLedger(db)
        self.clock = 1000.0

    def run(
        self,
        rows: Sequence[Row],
        covered: Iterable[tuple[str, str]],
        *,
        gone: Iterable[str] = (),
        unknown: Iterable[str] = (),
        seen: Iterable[tuple[str, str]] = (),
        errors: Iterable[tuple[str, str]] = (),
        fingerprint: str | None = None,
        max_fraction: float = 0.1,
        max_objects: int = 10,
        coverages: Sequence[Coverage] = (),
        deletes: bool = True,
        parent: str | None = None,
    ) -> Run:
        """One run that sends ``rows``, lists ``covered`` (node, scope FQN) completely, and reads ``errors`` in part.

        ``gone`` and ``unknown`` are what the source answers about these FQNs; all others exist. ``seen`` was listed
        but not sent. Returns the closed run.
        """
        self.clock += 100.0
        recipe = {"deletion": {"max_fraction": max_fraction, "max_objects": max_objects}}
        start = Start("service", ROOT, ["shop", "shop", {}, None])
        run = self.ledger.open_run(
            Opening("shop", "fake", recipe, (start,), slots=2, deletes=deletes, parent=parent), now=self.clock
        )
        claim = self.ledger.claim("w", run=run.id, now=self.clock)
        assert claim is not None
        found = [Coverage(node, Scope(names.split(scope))) for node, scope in covered]
        found += [Coverage(node, Scope(names.split(scope)), error="denied") for node, scope in errors]
        counts: dict[str, Counts] = {}
        for each in rows:
            of_type = counts.setdefault(each.type, Counts())
            of_type.listed += 1
            of_type.sent += 1
        batch = Batch(
            run.id, claim.unit.id, claim.fence, 1, rows=list(rows), counts=counts, coverages=[*found, *coverages],
            seen=[names.mark(type_, fqn) for type_, fqn in seen],
            receipt=Receipt(complete=not list(errors), fingerprint=fingerprint),
        )  # fmt: skip
        assert self.ledger.commit([batch], now=self.clock) == ["applied"]
        state = self.ledger.advance(run.id, now=self.clock)
        if state.open:
            self._confirm(run.id, set(gone), set(unknown))
            state = self.ledger.advance(run.id, now=self.clock)
        assert not state.open
        return state

    def _confirm(self, run: str, gone: set[str], unknown: set[str]) -> None:
        self.asked: list[str] = []
        while claim := self.ledger.claim("w", run=run, now=self.clock):
            assert claim.unit.phase == "confirm"
            suspects = self.ledger.suspects(claim.unit.id)
            assert 0 < len(suspects) <= 1000
            self.asked += [fqn for _, fqn in suspects]
            verdicts = [
                Verdict(type_, fqn, "no" if fqn in gone else "unknown" if fqn in unknown else "yes")
                for type_, fqn in suspects
            ]
            batch = Batch(run, claim.unit.id, claim.fence, 1, verdicts=verdicts, receipt=Receipt(complete=True))
            assert self.ledger.commit([batch], now=self.clock) == ["applied"]


def span(node: str, scope: str, after: str | None, until: str | None) -> Coverage:
    return Coverage(node, Scope(names.split(scope)), KeyRange(after, until))
