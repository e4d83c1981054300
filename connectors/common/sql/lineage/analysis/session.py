"""A session: which database and schema its names belong to, and what its earlier statements created."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sqlglot import exp

from connectors.common.sql.lineage.analysis.dialects import SqlDialect
from connectors.common.sql.lineage.analysis.disclosure import address
from connectors.common.sql.lineage.analysis.known import KnownTables, NameIndex
from connectors.common.sql.lineage.analysis.relations import Derived, Relation, Stored
from specs.contracts.parts.statements import TableName

FILE_FORMATS = frozenset({"parquet", "csv", "json", "orc", "avro", "delta", "text", "binaryfile", "iceberg"})
"""What may stand before the address of files that are queried like a table."""


class Temporary(NamedTuple):
    """A table that lives as long as its session: what it was made of stands for it."""

    columns: Derived
    sources: tuple[TableName, ...]


class SqlSession:
    """What the statements of one text share. ``named`` collects the relations that they name."""

    def __init__(self, dialect: SqlDialect, known: KnownTables, database: str = "", schema: str = "") -> None:
        self.dialect = dialect
        self.database, self.schema = database, schema
        self._known = known
        self._temporary: dict[TableName, Temporary] = {}
        self._created: dict[TableName, NameIndex] = {}
        self.named: dict[TableName, None] = {}
        self.names_only = False
        """Whether nothing but ``named`` is asked for: then no expression is written as SQL."""
        self.in_routine = dialect.name in ("oracle", "mysql")
        """Whether SELECT ... INTO fills a variable, which it always does in some dialects."""
        self.rows: dict[str, Relation] = {}
        """What NEW, OLD and the like stand for in a trigger."""
        self._changed: TableName | None = None
        self._transient: set[str] = set()

    def name(self, table: exp.Table) -> TableName:
        """The name of a relation, completed by the defaults of the session; of a file its address alone."""
        if "/" in table.name and ("://" in table.name or table.db.lower() in FILE_FORMATS):
            return TableName("", "", address(table.name))
        if isinstance(table.this, exp.Parameter):
            return TableName("", "", f"@{table.name}")
        parts = [self.dialect.fold(each) for each in table.parts]
        name = address(parts[-1]) if parts else ""
        if self.dialect.name == "bigquery":
            name = name.partition("$")[0]  # table$20240101 is a partition of it
        if table.this and table.this.args.get("temporary"):  # the parser takes the # of #name off
            name = f"#{name}"
        elif table.this and table.this.args.get("global_"):
            name = f"##{name}"
        schema = parts[-2] if len(parts) > 1 else ""
        database = ".".join(parts[:-2])
        if self._changed is not None and len(parts) == 1 and name.casefold() in self.rows:
            return self._changed
        return TableName(database or self.database, schema or self.schema, name)

    def target(self, table: exp.Table) -> TableName:
        """The name of a relation that is written, as it is known where one is known by it."""
        name = self.name(table)
        if name in self._temporary:
            return name
        self.named.setdefault(name)
        fitting = self._fitting(name)
        return fitting[0] if len(fitting) == 1 else name

    def relation(self, name: TableName) -> tuple[Relation, tuple[TableName, ...]]:
        """What a name stands for, and the relations of the database that it is or, when temporary, was made of."""
        if (temporary := self._temporary.get(name)) is not None:
            return temporary.columns, temporary.sources
        self.named.setdefault(name)
        if name in self._created:
            return Stored(((name, self._created[name]),)), (name,)
        fitting = self._fitting(name) or [name]
        return Stored(tuple((each, self._known.columns(each)) for each in fitting)), tuple(fitting)

    def _fitting(self, name: TableName) -> list[TableName]:
        return self._known.fitting(name, (self.database, self.schema))

    def columns(self, name: TableName) -> list[str] | None:
        """The names of the columns of a relation that is to be written, as far as they are known."""
        if name in self._temporary:
            found = self._temporary[name].columns
            return None if found.open else [each.name for each in found.outputs()]
        if name in self._created:
            return list(self._created[name])
        fitting = self._fitting(name)
        index = self._known.columns(fitting[0]) if len(fitting) == 1 else None
        return None if index is None else list(index)

    def foresee(self, dropped: set[str]) -> None:
        """Take tables that the text itself drops for temporary ones; they are given by the last part of their name."""
        self._transient |= dropped

    def is_transient(self, name: TableName) -> bool:
        """Whether the text itself drops the relation after it made it."""
        return name.name.casefold() in self._transient

    def changes_of(self, parts: list[str]) -> None:
        """Read from now on what runs when this relation changes: a trigger."""
        if not parts:  # cut off, or no trigger at all
            return
        names: list[exp.Identifier | None] = [exp.Identifier(this=each, quoted=False) for each in parts]
        catalog, db, this = ([None, None, *names])[-3:]
        self._changed = self.target(exp.Table(this=this, db=db, catalog=catalog))
        relation = self.relation(self._changed)[0]
        self.rows = dict.fromkeys(("new", "old", "inserted", "deleted"), relation)

    def is_temporary(self, name: TableName) -> bool:
        """Whether a statement of the session created it for the session only."""
        return name in self._temporary

    def create(self, name: TableName, columns: list[str] | None) -> None:
        """Keep the columns of a table that a statement created, if they are known."""
        if columns is not None:
            self._created[name] = NameIndex(columns)

    def create_temporary(self, name: TableName, columns: Derived, sources: Iterable[TableName]) -> None:
        """Keep what a temporary table is made of."""
        self._temporary[name] = Temporary(columns, tuple(sources))

    def add(self, name: TableName, columns: Derived, sources: Iterable[TableName]) -> None:
        """Keep what else a temporary table is made of."""
        before = self._temporary[name]
        together = dict.fromkeys((*before.sources, *sources))
        self._temporary[name] = Temporary(before.columns.merged([columns]), tuple(together))

    def change(self, name: TableName, columns: Derived, sources: Iterable[TableName]) -> None:
        """Keep what columns of a temporary table are made of besides, by their names."""
        before = self._temporary[name]
        together = dict.fromkeys((*before.sources, *sources))
        self._temporary[name] = Temporary(before.columns.merged_by_name(columns), tuple(together))

    def drop(self, name: TableName) -> bool:
        """Forget a relation; whether it was a temporary table."""
        self._created.pop(name, None)
        return self._temporary.pop(name, None) is not None

    def rename(self, name: TableName, new: TableName) -> bool:
        """Keep what is known of a relation under its new name; whether it was a temporary table."""
        if name in self._created:
            self._created[new] = self._created.pop(name)
        if name not in self._temporary:
            return False
        self._temporary[new] = self._temporary.pop(name)
        return True
