"""A connection to the database of ledger and catalog, as rooms use it. SQLAlchemy's connections to PostgreSQL are such
ones; SQLite's are our own, because importing SQLAlchemy takes longer than a small crawl."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol


class ResultRow(tuple[Any, ...]):
    """One row of an answer: its values, also by the names of their columns."""

    __slots__ = ()
    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    def _asdict(self) -> dict[str, Any]:
        """The values by name."""
        raise NotImplementedError


class QueryResult(Protocol):
    """What a statement answers. It is read once, row by row."""

    @property
    def rowcount(self) -> int:
        """How many rows the statement changed."""

    def first(self) -> ResultRow | None: ...
    def all(self) -> Sequence[ResultRow]: ...
    def scalar(self) -> Any: ...
    def scalar_one(self) -> Any: ...
    def scalars(self) -> Iterable[Any]: ...
    def __iter__(self) -> Iterator[ResultRow]: ...


class Dialect(Protocol):
    """``name`` is ``sqlite`` or ``postgresql``."""

    @property
    def name(self) -> str: ...


class Connection(Protocol):
    """A connection within a transaction."""

    @property
    def dialect(self) -> Dialect: ...

    def exec_driver_sql(
        self, statement: str, parameters: Any = None, execution_options: Mapping[str, Any] | None = None
    ) -> QueryResult:
        """Run a statement in the driver's spelling: with a mapping or a tuple of values once, with a list of them once
        for each. Raises what the driver raises."""

    def rollback(self) -> None:
        """Undo the transaction."""
