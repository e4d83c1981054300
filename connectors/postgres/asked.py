"""What the parts of the connector ask of the source that they belong to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from connectors.common.sql.slices import Listed
from connectors.postgres.connection.config import PostgresConnection
from connectors.postgres.driver.driver import PostgresDriver
from specs.config import Limits, MetadataExtract
from specs.contracts.positions import SourcePosition
from specs.entities.base import Entity
from specs.topology.node import Item, Produced
from specs.topology.read_mode import ReadMode
from specs.topology.scope import KeyRange, Scope


class PostgresAsked(Protocol):
    """``PostgresSource`` is one."""

    connection: PostgresConnection
    driver: PostgresDriver
    extract: MetadataExtract
    limits: Limits
    reading: ReadMode

    @property
    def root(self) -> Scope: ...

    def identity(self) -> str: ...

    def position(self) -> SourcePosition | None: ...

    def databases(self, scope: Scope, span: KeyRange) -> Iterator[Produced]: ...

    def schemas(self, scope: Scope, span: KeyRange) -> Iterator[Produced]: ...

    def names_below(self, node: str, database: Scope, schemas: Sequence[str]) -> list[Listed]: ...

    def read(self, node: str, database: Scope, listed: Sequence[Listed]) -> Iterator[tuple[str, Produced]]: ...

    def yield_table(self, item: Item, scope: Scope) -> Iterable[Entity]: ...
