"""A ledger over a real database, with a catalog that only remembers what it was told to store."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from specs.contracts.work import Row, Verdict
from specs.testing.ledger import UnitFacts
from specs.topology.scope import Scope
from workers.ledger import SqlLedger
from workers.store.connection import Connection
from workers.store.database import SqlDatabase


@dataclass
class Stored:
    emitted: Mapping[str, int]
    unchanged: Mapping[str, int] = field(default_factory=dict)
    refused: Sequence[tuple[Row, str]] = ()


class Remembering:
    """Stores rows as they come, in the transaction of the ledger."""

    def __init__(self, conn: Connection, run: str, refuse: set[str], choke: set[str]) -> None:
        self.conn = conn
        self.run = run
        self.refuse = refuse
        self.choke = choke

    def store_each(self, parts: Sequence[Sequence[Row]], stale: Sequence[bool] = ()) -> list[Stored]:
        return [self._store(rows) for rows in parts]

    def _store(self, rows: Sequence[Row]) -> Stored:
        emitted: dict[str, int] = {}
        for row in rows:
            if row.fqn in self.choke:
                self.conn.exec_driver_sql("INSERT INTO remembered (n, run) SELECT n, run FROM remembered")
            if row.fqn not in self.refuse:
                emitted[row.type] = emitted.get(row.type, 0) + 1
                remember(self.conn, "row", self.run, row.fqn, row.content)
        return Stored(emitted, refused=[(row, "refused") for row in rows if row.fqn in self.refuse])

    def finish(self) -> None:
        pass


def remember(conn: Connection, kind: str, run: str, fqn: str, content: str) -> None:
    values = ", ".join("'" + value.replace("'", "''").replace("%", "%%") + "'" for value in (kind, run, fqn, content))
    conn.exec_driver_sql(f"INSERT INTO remembered (kind, run, fqn, content) VALUES ({values})")


class SqlHarness:
    """Implements ``specs.testing.ledger.Harness`` over a database; also the ledger's ``DeletionPort``."""

    def __init__(self, db: SqlDatabase, *, keep: bool = False) -> None:
        self.db = db
        self.keep = keep
        self.refuse: set[str] = set()
        self.choke: set[str] = set()
        self.suspects: list[tuple[str, Scope, list[tuple[str, str]]]] = []
        self.ledger = SqlLedger(db, self._writer, self)
        serial = "INTEGER PRIMARY KEY" if db.dialect == "sqlite" else "BIGSERIAL PRIMARY KEY"
        with db.write() as conn:
            conn.exec_driver_sql(
                f"CREATE TABLE IF NOT EXISTS remembered (n {serial}, kind TEXT, run TEXT, fqn TEXT, content TEXT)"
            )

    def _writer(self, conn: Connection, run: str, service: str, now: float) -> Remembering:
        return Remembering(conn, run, self.refuse, self.choke)

    # -- deletion -------------------------------------------------------------------------------------------------
    def plan_confirmation(self, conn: Connection, run: str) -> list[tuple[str, Scope, list[tuple[str, str]]]]:
        return self.suspects

    def record_verdicts(self, conn: Connection, run: str, verdicts: Sequence[Verdict]) -> None:
        for verdict in verdicts:
            remember(conn, "verdict", run, verdict.fqn, verdict.presence)

    def conclude(self, conn: Connection, run: str, now: float) -> dict[str, int]:
        return {}

    # -- looking in -----------------------------------------------------------------------------------------------
    def _rows(self, sql: str) -> list[Any]:
        with self.db.read() as conn:
            return list(conn.exec_driver_sql(sql).all())

    def _remembered(self, kind: str, run: str) -> list[Any]:
        return self._rows(f"SELECT fqn, content FROM remembered WHERE kind = '{kind}' AND run = '{run}' ORDER BY n")

    def stored(self, run: str) -> list[tuple[str, str]]:
        return [(row.fqn, row.content) for row in self._remembered("row", run)]

    def verdicts(self, run: str) -> list[tuple[str, str, str]]:
        return [("Table", row.fqn, row.content) for row in self._remembered("verdict", run)]

    def units(self, run: str) -> list[UnitFacts]:
        columns = "id, state, phase, parent, outstanding, committed_seq, seconds"
        return [UnitFacts(*row) for row in self._rows(f"SELECT {columns} FROM units WHERE run = '{run}' ORDER BY n")]

    def slots(self, service: str) -> list[str | None]:
        return [row.unit for row in self._rows(f"SELECT unit FROM slots WHERE service = '{service}' ORDER BY n")]

    def counts(self, run: str) -> dict[str, dict[str, int]]:
        return self.ledger.counts(run)

    def outstanding(self, run: str) -> int:
        return self.ledger.outstanding(run)

    def failures(self, run: str) -> list[tuple[str, str, str]]:
        return [(each.type, each.fqn, each.reason) for each in self.ledger.failures(run)]

    def marks(self, run: str) -> list[tuple[int, list[int]]]:
        rows = self._rows(f"SELECT kind, blob FROM marks WHERE run = '{run}' ORDER BY n")
        return [(row.kind, _unpack(bytes(row.blob))) for row in rows]

    def meters(self, run: str) -> tuple[int, int, int]:
        return self.ledger.meters(run)

    def see(self, kind: str, queue: str, *, ago: float = 0.0) -> None:
        now = time.time() - ago
        values = f"'{kind}-{queue}', '{kind}', '{queue}', {now}, {now}"
        with self.db.write() as conn:
            conn.exec_driver_sql(f"INSERT INTO processes (name, kind, queue, started_at, seen_at) VALUES ({values})")

    def reopen(self, service: str) -> None:
        with self.db.write() as conn:
            conn.exec_driver_sql(f"UPDATE services SET open_until = 1 WHERE service = '{service}'")

    def close(self) -> None:
        if not self.keep:
            self.db.close()


def _unpack(blob: bytes) -> list[int]:
    return [int.from_bytes(blob[at : at + 8], "big", signed=True) for at in range(0, len(blob), 8)]
