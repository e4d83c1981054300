"""Entities of database services: databases, schemas, tables, columns, sequences, types."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from operator import attrgetter
from typing import Annotated, ClassVar

from pydantic import Field

from specs.entities.access import Policy, Securable
from specs.entities.base import Entity, Name, Part, Properties, Prose, ordered
from specs.entities.database.constraints import Constraint
from specs.entities.database.indexes import Index
from specs.entities.database.rewrite_rules import ExtendedStatistics, RewriteRule
from specs.entities.dependencies import Dependencies

_NAME, _COMMENT = attrgetter("name"), attrgetter("comment")


class TableType(StrEnum):
    REGULAR = "regular"
    VIEW = "view"
    MATERIALIZED = "materialized_view"
    EXTERNAL = "external"
    FOREIGN = "foreign"
    PARTITIONED = "partitioned"
    PARTITION = "partition"
    TEMPORARY = "temporary"
    SYSTEM_VERSIONED = "system_versioned"
    VIRTUAL = "virtual"
    SEQUENCE = "sequence"
    SYSTEM = "system"


class DataType(StrEnum):
    """Normalised types; the source's own text stays in ``Column.native_type``."""

    BOOLEAN = "boolean"
    TINYINT = "tinyint"
    SMALLINT = "smallint"
    INT = "int"
    BIGINT = "bigint"
    HUGEINT = "hugeint"
    DECIMAL = "decimal"
    FLOAT = "float"
    DOUBLE = "double"
    MONEY = "money"
    CHAR = "char"
    VARCHAR = "varchar"
    TEXT = "text"
    BINARY = "binary"
    VARBINARY = "varbinary"
    BLOB = "blob"
    BIT = "bit"
    DATE = "date"
    TIME = "time"
    TIMETZ = "timetz"
    TIMESTAMP = "timestamp"
    TIMESTAMPTZ = "timestamptz"
    YEAR = "year"
    INTERVAL = "interval"
    UUID = "uuid"
    JSON = "json"
    XML = "xml"
    ENUM = "enum"
    SET = "set"
    ARRAY = "array"
    STRUCT = "struct"
    MAP = "map"
    UNION = "union"
    RANGE = "range"
    DOMAIN = "domain"
    GEOMETRY = "geometry"
    INET = "inet"
    TSVECTOR = "tsvector"
    VECTOR = "vector"
    OTHER = "other"


class Column(Part):
    """One column. ``ordinal`` starts at 1; ``children`` are the fields of nested types, to any depth."""

    name: Name
    native_type: Name
    type: DataType = DataType.OTHER
    ordinal: int = 0
    length: int | None = None
    precision: int | None = None
    scale: int | None = None
    nullable: bool = True
    default: Name | None = None
    identity: str | None = None
    """``always`` or ``by_default`` for identity columns, ``auto_increment`` where the source calls it so."""
    generated: Name | None = None
    """The expression of a generated column."""
    generated_kind: str | None = None
    """``stored`` or ``virtual``."""
    collation: Name | None = None
    storage: str | None = None
    """``plain``, ``main``, ``external`` or ``extended``: how large values are stored; ``None`` for the type's
    default."""
    compression: str | None = None
    statistics_target: int | None = None
    """How finely its statistics are sampled; ``None`` for the default."""
    properties: Properties = Field(default_factory=dict)
    comment: Prose | None = None
    values: tuple[Name, ...] = ()
    """The labels of an enum or set, in the source's order, where the column defines them. Those of a user-defined type
    are in its ``UserType`` only: 10,000 labels in each of 500 columns would make one table 60 MB large."""
    type_fqn: str | None = None
    """The FQN of the column's type, when it is user-defined."""
    tags: tuple[str, ...] = ()
    children: tuple[Column, ...] = ()


class Partitioning(Part):
    """How a table is partitioned: ``strategy`` is ``range``, ``list``, ``hash``, ``key`` or ``system_time``."""

    strategy: str
    columns: tuple[Name, ...] = ()
    expression: Name | None = None
    """An expression over columns; for ``system_time``, the interval of one partition of history (``INTERVAL 7
    DAY``)."""
    count: int | None = None
    """The number of partitions, where the strategy fixes it."""
    subpartitions: Partitioning | None = None
    """How each partition is partitioned again."""


class Service(Entity):
    """One source system under one name."""

    service_type: str
    """The product, as its connector calls it: ``postgres``; where it names none, the family: ``dashboard``."""
    version: str | None = None


class Database(Securable):
    """A database or catalog; where a service has only one level, the only one."""

    collation: Name | None = None
    encoding: str | None = None
    settings: Properties = Field(default_factory=dict)
    """The initial settings of every session in the database."""
    properties: Properties = Field(default_factory=dict)


class Schema(Securable):
    """A namespace of tables, routines, types."""

    collation: Name | None = None


class Table(Securable):
    """A relation of any kind, complete with columns, constraints, indexes and definition.

    ``row_estimate``, ``size_bytes`` and the times come from the source's statistics and are volatile.
    """

    VOLATILE: ClassVar[frozenset[str]] = frozenset(
        {"row_estimate", "size_bytes", "altered_at", "next_auto_increment", "partitions"}
    )
    SHARED: ClassVar[tuple[str, ...]] = ("columns",)

    table_type: TableType
    columns: tuple[Column, ...] = ()
    constraints: Annotated[
        tuple[Constraint, ...], ordered(lambda c: (c.kind, c.name or "", c.columns, c.expression or ""))
    ] = ()
    indexes: Annotated[tuple[Index, ...], ordered(lambda i: i.name)] = ()
    partitioning: Partitioning | None = None
    partition_of: str | None = None
    default_partition: str | None = None
    """The FQN of the partition for rows that belong to no other partition."""
    inherits: tuple[str, ...] = ()
    """The FQNs of parent tables, in the source's order: queries of a parent also read this table's rows. The parent of
    a partition is in ``partition_of``."""
    of_type: str | None = None
    """The FQN of the composite type that defines the columns."""
    view_definition: Name | None = None
    ddl: Name | None = None
    storage: str | None = None
    """The storage engine, access method or file format."""
    location: str | None = None
    tablespace: Name | None = None
    populated: bool = True
    """Whether a materialized view has been filled."""
    row_security: bool = False
    """Whether the row-security policies apply."""
    row_security_forced: bool = False
    """Whether they apply to the owner too."""
    replica_identity: str | None = None
    """What identifies a changed row for replicas: ``full``, ``nothing``, ``index NAME``; ``None``: the primary key."""
    properties: Properties = Field(default_factory=dict)
    depends_on: Dependencies = ()
    """The objects that a view reads, as the source itself has resolved them."""
    rules: Annotated[tuple[RewriteRule, ...], ordered(lambda rule: rule.name)] = ()
    policies: Annotated[tuple[Policy, ...], ordered(lambda policy: policy.name)] = ()
    statistics: Annotated[tuple[ExtendedStatistics, ...], ordered(lambda each: each.name)] = ()
    created_at: datetime | None = None
    row_estimate: int | None = None
    size_bytes: int | None = None
    altered_at: datetime | None = None
    next_auto_increment: int | None = None
    partitions: int | None = None
    """How many partitions there are now; volatile, since time-partitioned tables gain one a day."""

    def search_text(self) -> str:
        names, comments = map(_NAME, self.columns), map(_COMMENT, self.columns)
        return " ".join([super().search_text(), *names, *filter(None, comments)])


class Sequence(Securable):
    """A generator of numbers; ``owned_by`` is the FQN of the column that it fills. Its last and next values are
    volatile."""

    VOLATILE: ClassVar[frozenset[str]] = frozenset({"last_value", "next_value"})

    native_type: Name | None = None
    start: int | None = None
    increment: int | None = None
    minimum: int | None = None
    maximum: int | None = None
    cycle: bool = False
    cache: int | None = None
    """How many numbers a session reserves at once; ``None`` for one."""
    unlogged: bool = False
    owned_by: str | None = None
    last_value: int | None = None
    next_value: int | None = None
    """The next number that no session has reserved, for sources that tell this one instead of ``last_value``."""


class UserType(Securable):
    """A type defined in the database: enum, composite, domain or range."""

    kind: str
    labels: tuple[Name, ...] = ()
    base_type: Name | None = None
    collation: Name | None = None
    fields: tuple[Column, ...] = ()
    constraints: Annotated[tuple[Constraint, ...], ordered(lambda c: (c.name or "", c.expression or ""))] = ()
    default: Name | None = None
    nullable: bool = True
    properties: Properties = Field(default_factory=dict)
