"""Builds entities from what SQLAlchemy's inspector reflects."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Dialect
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.types import NullType

from connectors.common.sql.slices import Raw
from connectors.common.sql.types.types import parse
from specs import names
from specs.entities.database.constraints import Constraint, ConstraintKind
from specs.entities.database.indexes import Index
from specs.entities.database.tables import Column, DataType, Table, TableType
from specs.sources.database.metadata import identity
from specs.topology.node import Outcome
from specs.topology.scope import Scope

_ESCAPING = {"clickhouse", "clickhousedb", "hive", "impala", "sparksql", "databricks"}
"""Dialects that write labels and comments in types with backslash escapes. SQLAlchemy's own MySQL dialect does not."""
_PARTS = {"index": "Index", "constraint": "Constraint", "foreign key": "Constraint", "texts of views": "ViewText"}
"""The entity type of outcomes for parts of a relation, by the word in the message."""
_KINDS = {"view": TableType.VIEW, "materialized_view": TableType.MATERIALIZED}


def table(raw: Raw, scope: Scope, dialect: Dialect, home: Callable[[str | None], str]) -> Table:
    """The entities of a relation. ``home`` returns our name of the schema that a foreign key refers to, ``None`` when
    it names none."""
    said = told(raw)
    reflected = said["columns"]
    broken = reflected if isinstance(reflected, str) else None
    return Table(
        **identity(scope),
        table_type=_KINDS.get(raw.listed.data, TableType.REGULAR),
        comment=(said.get("table_comment") or {}).get("text"),
        columns=() if broken else tuple(_column(at, each, dialect) for at, each in enumerate(reflected, 1)),
        constraints=tuple(_constraints(said, scope, home)),
        indexes=tuple(_index(each) for each in said.get("indexes") or () if each.get("name")),
        view_definition=said.get("definition"),
        properties={"broken": broken} if broken else {},
    )


def told(raw: Raw) -> dict[str, Any]:
    """The result of each facet for a relation."""
    return {facet: rows[0][1] for facet, rows in raw.rows.items()}


def losses(raw: Raw, scope: Scope, table: Table) -> Iterator[Outcome]:
    """An outcome for each part of a relation that could not be reflected, named after it, unless ``table`` has the part
    all the same."""
    indexes = {each.name for each in table.indexes}
    found: dict[tuple[str, str], dict[str, None]] = {}
    for message in (message for rows in raw.rows.values() for row in rows for each in row[2:3] for message in each):
        words = message.lower()
        kind = next((kind for word, kind in _PARTS.items() if word in words), "Column")
        named = re.search(r"\b(?:index|constraint|column|view) ['\"]?([\w$]+)['\"]?", message)
        found.setdefault((kind, named[1] if named else "reflection"), {})[message] = None
    for (kind, name), messages in found.items():
        if kind == "Index" and name in indexes:
            continue
        yield Outcome("failed", kind, scope.child(name).fqn, raw.listed.key, "unsupported", "; ".join(messages))


def _column(ordinal: int, told: dict[str, Any], dialect: Dialect) -> Column:
    type_ = told["type"]
    native = told.get("native") or _native(type_, dialect)
    parsed = parse(native, escapes=dialect.name in _ESCAPING)
    labels = tuple(map(str, getattr(type_, "enums", None) or getattr(type_, "values", None) or ()))
    computed, serial = told.get("computed") or {}, told.get("identity")
    identity_ = None if not serial else "always" if serial.get("always") else "by_default"
    if identity_ is None and told.get("autoincrement") is True:
        identity_ = "auto_increment"
    persisted = computed.get("persisted")
    return Column(
        name=str(told["name"]),
        native_type=native,
        type=DataType.ENUM if labels and parsed.type is DataType.OTHER else parsed.type,
        ordinal=ordinal,
        length=parsed.length,
        precision=parsed.precision,
        scale=parsed.scale,
        nullable=bool(told.get("nullable", True)),
        default=_text(told.get("default")),
        identity=identity_,
        generated=_text(computed.get("sqltext")),
        generated_kind=None if not computed or persisted is None else "stored" if persisted else "virtual",
        collation=getattr(type_, "collation", None),
        comment=told.get("comment"),
        values=labels or parsed.values,
        children=parsed.children,
    )


def _native(type_: Any, dialect: Dialect) -> str:
    """The type as the dialect would write it; a type that SQLAlchemy does not know has no text."""
    if isinstance(type_, NullType):
        return ""
    try:
        return str(type_.compile(dialect=dialect))
    except (SQLAlchemyError, NotImplementedError, AttributeError, TypeError):
        return type(type_).__name__


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _constraints(told: dict[str, Any], scope: Scope, home: Callable[[str | None], str]) -> Iterator[Constraint]:
    primary = told.get("pk_constraint") or {}
    if primary.get("constrained_columns"):
        columns = tuple(map(str, primary["constrained_columns"]))
        yield Constraint(kind=ConstraintKind.PRIMARY_KEY, name=primary.get("name"), columns=columns)
    for each in told.get("unique_constraints") or ():
        columns = tuple(map(str, each["column_names"]))
        yield Constraint(kind=ConstraintKind.UNIQUE, name=each.get("name"), columns=columns)
    for each in told.get("check_constraints") or ():
        yield Constraint(kind=ConstraintKind.CHECK, name=each.get("name"), expression=str(each["sqltext"]))
    for each in told.get("foreign_keys") or ():
        options = {key: value for key, value in (each.get("options") or {}).items() if value}
        schema = home(each.get("referred_schema"))
        yield Constraint(
            kind=ConstraintKind.FOREIGN_KEY,
            name=each.get("name"),
            columns=tuple(map(str, each["constrained_columns"])),
            referred_table=names.build(*scope.path[:-2], schema, str(each["referred_table"])),
            referred_columns=tuple(map(str, each.get("referred_columns") or ())),
            on_update=str(options["onupdate"]).lower() if "onupdate" in options else None,
            on_delete=str(options["ondelete"]).lower() if "ondelete" in options else None,
            deferrable=bool(options.get("deferrable")),
        )


def _index(told: dict[str, Any]) -> Index:
    options = told.get("dialect_options") or {}
    said = {key.split("_", 1)[-1]: value for key, value in options.items()}
    return Index(
        name=str(told["name"]),
        columns=tuple(map(str, told.get("expressions") or told.get("column_names") or ())),
        included=tuple(map(str, said.get("include") or ())),
        unique=bool(told.get("unique")),
        method=said.get("using"),
        predicate=_text(said.get("where")),
    )
