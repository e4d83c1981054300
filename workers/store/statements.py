"""The ledger's statements, bound to one transaction."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, CursorResult, Row

from specs.contracts.work import Phase, Unit
from specs.topology.events import Start
from specs.topology.scope import KeyRange, Scope
from workers.store import named_sql
from workers.store.database import SqlDatabase


class Statements:
    """Runs the ledger's named statements on one connection; ``now`` is the caller's clock, in seconds.

    Goes to the driver directly: SQLAlchemy's own compilation would cost more than the statements.
    """

    __slots__ = ("conn", "now", "postgresql", "sql")

    def __init__(self, conn: Connection, sql: named_sql.Queries, now: float) -> None:
        self.conn = conn
        self.sql = sql
        self.now = now
        self.postgresql = conn.dialect.name == "postgresql"

    def do(self, name: str, **values: Any) -> int:
        """Run a statement; returns how many rows it changed."""
        return self._run(name, values).rowcount

    def many(self, name: str, rows: Sequence[Mapping[str, Any]]) -> int:
        """Run a statement once for each row of values; returns how many rows all of them changed."""
        if not rows:
            return 0
        if len(rows) == 1:  # drivers prepare for many rows what one row does not need
            return self.conn.exec_driver_sql(self.sql.driver(name), dict(rows[0])).rowcount
        return self.conn.exec_driver_sql(self.sql.driver(name), list(rows)).rowcount

    def one(self, name: str, **values: Any) -> Row[Any] | None:
        return self._run(name, values).first()

    def all(self, name: str, **values: Any) -> Sequence[Row[Any]]:
        return self._run(name, values).all()

    def _run(self, name: str, values: dict[str, Any]) -> CursorResult[Any]:
        values["now"] = self.now
        return self.conn.exec_driver_sql(self.sql.driver(name), values)


class Desks:
    """Opens transactions with the ledger's statements at hand."""

    def __init__(self, db: SqlDatabase) -> None:
        self.db = db
        self.sql = named_sql.load("workers.ledger", db.dialect)

    @contextmanager
    def write(self, now: float, *, durable: bool = True) -> Iterator[Statements]:
        with self.db.write(durable=durable) as conn:
            yield Statements(conn, self.sql, now)

    @contextmanager
    def once(self, now: float = 0.0, *, writes: bool = True) -> Iterator[Statements]:
        """For single statements, see ``SqlDatabase.once``."""
        with self.db.once(writes=writes) as conn:
            yield Statements(conn, self.sql, now)

    @contextmanager
    def read(self, now: float = 0.0) -> Iterator[Statements]:
        with self.db.read() as conn:
            yield Statements(conn, self.sql, now)


def dump_start(start: Start) -> dict[str, Any]:
    """The columns of a unit's start: ``scope``, ``item`` and ``span`` as JSON."""
    span = start.range
    return {
        "node": start.node,
        "scope": dump(start.scope.path),
        "item": None if start.item is None else dump(start.item),
        "span": dump([span.after, span.until, span.only]),
        "estimate": start.estimate,
    }


def load_start(row: Any) -> Start:
    return Start(
        row.node,
        load_scope(row.scope),
        None if row.item is None else json.loads(row.item),
        load_span(row.span),
        row.estimate,
    )


def load_scope(text: str) -> Scope:
    return Scope(tuple(json.loads(text)))


def load_span(text: str) -> KeyRange:
    after, until, only = json.loads(text)
    return KeyRange(after, until, None if only is None else tuple(only))


def load_unit(row: Any) -> Unit:
    phase: Phase = row.phase
    return Unit(row.id, row.run, row.service, load_start(row), phase, row.depth, row.parent)


def dump(value: Any) -> str:
    """JSON in plain ASCII: any text comes back as it was, even what no database stores (NUL, lone surrogates)."""
    return json.dumps(value, separators=(",", ":"))
