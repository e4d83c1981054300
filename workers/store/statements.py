"""A room's named statements, run in transactions: the one way in which rooms run their SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from workers.store import named_sql
from workers.store.retries import colliding

if TYPE_CHECKING:
    from workers.store.connection import Connection, QueryResult, ResultRow
    from workers.store.database import SqlDatabase

T = TypeVar("T")
HELD_ROWS = 1000
"""Most rows of a streamed result that are held at once."""


class Statements:
    """Runs the named statements of one room (``workers.ledger``) on one connection; ``now`` is the caller's clock, in
    seconds: the parameter ``:now`` of every statement that is not run for many rows.

    Goes to the driver directly: SQLAlchemy's own compilation would cost more than the statements. Every method raises
    ``KeyError`` for an unknown name, and what the transaction raises.
    """

    __slots__ = ("_sql", "conn", "now", "postgresql")

    def __init__(self, conn: Connection, room: str, now: float = 0.0) -> None:
        self.conn = conn
        self.now = now
        self.postgresql = conn.dialect.name == "postgresql"
        self._sql = named_sql.load(room, conn.dialect.name)

    def do(self, name: str, /, **values: Any) -> int:
        """Run a statement; returns how many rows it changed."""
        return self._run(name, values).rowcount

    def many(self, name: str, rows: Sequence[Mapping[str, Any]] | Sequence[tuple[Any, ...]], /) -> int:
        """Run a statement once for each row of values; returns how many rows all of them changed."""
        if not rows:
            return 0
        given: Any = rows[0] if len(rows) == 1 else list(rows)  # drivers prepare for many what one row does not need
        return self.conn.exec_driver_sql(self._sql[name], given).rowcount

    def one(self, name: str, /, **values: Any) -> ResultRow | None:
        """The first row."""
        return self._run(name, values).first()

    def all(self, name: str, /, **values: Any) -> Sequence[ResultRow]:
        return self._run(name, values).all()

    def value(self, name: str, /, **values: Any) -> Any:
        """The first column of the first row; ``None`` without a row."""
        return self._run(name, values).scalar()

    def column(self, name: str, /, **values: Any) -> list[Any]:
        """The first column of each row."""
        return list(self._run(name, values).scalars())

    def stream(self, name: str, /, **values: Any) -> Iterator[ResultRow]:
        """Yields the rows of a result of any size, within the transaction."""
        values["now"] = self.now
        options = {"yield_per": HELD_ROWS}
        yield from self.conn.exec_driver_sql(self._sql[name], values, execution_options=options)

    def text(self, name: str, /) -> str:
        """A statement in the driver's spelling, for calls of the driver itself. Raises ``KeyError`` when there is
        none."""
        return self._sql[name]

    def __contains__(self, name: str) -> bool:
        """Whether this dialect has a statement of this name."""
        return name in self._sql

    def _run(self, name: str, values: dict[str, Any]) -> QueryResult:
        values["now"] = self.now
        return self.conn.exec_driver_sql(self._sql[name], values)


class Transactions:
    """Opens transactions with the statements of one room at hand; see ``SqlDatabase`` for what each is."""

    def __init__(self, db: SqlDatabase, room: str) -> None:
        self.db = db
        self._room = room

    @contextmanager
    def write(self, now: float = 0.0, *, durable: bool = True) -> Iterator[Statements]:
        with self.db.write(durable=durable) as conn:
            yield Statements(conn, self._room, now)

    @contextmanager
    def once(self, now: float = 0.0, *, writes: bool = True) -> Iterator[Statements]:
        """For single statements."""
        with self.db.once(writes=writes) as conn:
            yield Statements(conn, self._room, now)

    @contextmanager
    def read(self, now: float = 0.0) -> Iterator[Statements]:
        with self.db.read() as conn:
            yield Statements(conn, self._room, now)

    def retried(self, act: Callable[[Statements], T], now: float = 0.0, *, durable: bool = True) -> T:
        """Call ``act`` in one writing transaction, again when it collides with another one; returns what it returns.
        Raises what the transaction raises."""

        def transaction() -> T:
            with self.write(now, durable=durable) as sql:
                return act(sql)

        return colliding(transaction)

    def paged(self, act: Callable[[Statements], int], now: float = 0.0) -> int:
        """Call ``act``, which changes a bounded number of rows, in one transaction after the other until it changes
        none, so that others get their turn in between; returns how many it changed. Raises what they raise."""
        changed = 0
        while n := self.retried(act, now):
            changed += n
        return changed
