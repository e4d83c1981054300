"""The protocols through which the ledger uses the catalog, within its own transactions: both share one database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from specs.contracts.work import Row, Verdict
from specs.topology.scope import Scope
from workers.store.connection import Connection


class StoredPort(Protocol):
    """What became of delivered rows, per entity type; ``refused`` are rows that the database can never take."""

    @property
    def emitted(self) -> Mapping[str, int]: ...
    @property
    def unchanged(self) -> Mapping[str, int]: ...
    @property
    def refused(self) -> Sequence[tuple[Row, str]]: ...


class Writer(Protocol):
    """Stores the rows of one run inside one transaction, several batches at once; ``finish`` is its last write."""

    def store_each(self, parts: Sequence[Sequence[Row]], stale: Sequence[bool] = ()) -> Sequence[StoredPort]: ...
    def finish(self) -> None: ...


class OpenWriter(Protocol):
    def __call__(self, conn: Connection, run: str, service: str, now: float) -> Writer: ...


class DeletionPort(Protocol):
    """Deletion with evidence: the suspects, the source's verdicts on them, and the deletions that follow."""

    def plan_confirmation(
        self, conn: Connection, run: str
    ) -> Iterable[tuple[str, Scope, Sequence[tuple[str, str]]]]: ...
    def record_verdicts(self, conn: Connection, run: str, verdicts: Sequence[Verdict]) -> None: ...
    def conclude(self, conn: Connection, run: str, now: float) -> object: ...


class Sizes(Protocol):
    def __call__(self, conn: Connection, listings: Sequence[str]) -> dict[str, int]: ...


def catalog_sizes() -> Sizes:
    from workers.catalog.questions.sizes import sizes

    return sizes


def catalog_writer() -> OpenWriter:
    from workers.catalog.upsert.writer import CatalogWriter

    return CatalogWriter


def catalog_deletion() -> DeletionPort:
    from workers.catalog.deletion import conclusion

    return conclusion
