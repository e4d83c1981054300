"""From the columns of a query to those of the relation that it is written into."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlglot import exp

from connectors.common.sql.lineage.analysis.disclosure import address, expression
from connectors.common.sql.lineage.analysis.queries.queries import QueryWalk
from connectors.common.sql.lineage.analysis.relations import Derived, Output, gathered
from specs.contracts.parts.statements import (
    JoinedTables,
    SourceColumn,
    StatementKind,
    StatementLineage,
    TableName,
    TargetColumn,
)


class Written(NamedTuple):
    """What one target gets."""

    kind: StatementKind
    target: TableName | None = None
    columns: Derived | None = None
    renamed: TableName | None = None
    temporary: bool = False


def told(walk: QueryWalk, written: Written) -> StatementLineage:
    """What a walk found, as the answer for a statement."""
    columns = written.columns or Derived([])
    pairs = walk.joins.items()
    return StatementLineage(
        kind=written.kind,
        target=written.target,
        sources=tuple(walk.sources),
        columns=tuple(_columns(walk, columns)),
        filters=tuple(SourceColumn(*key, "filter") for key in walk.filters),
        joins=tuple(JoinedTables(left, right, tuple(columns)) for (left, right), columns in pairs),
        read=tuple(walk.read),
        unresolved=tuple(walk.unresolved),
        renamed=written.renamed,
        temporary=written.temporary,
        through=tuple(each for each in walk.through if each != written.target),
        level="tables" if walk.incomplete else "columns",
    )


def _columns(walk: QueryWalk, columns: Derived) -> Iterator[TargetColumn]:
    for each in columns.outputs():
        yield _column(walk, each)
    if columns.open:  # all columns of a relation of which none is known
        origins = gathered(each.guess("*") for each in columns.beyond)
        if origins:
            yield TargetColumn("*", tuple(SourceColumn(*key, what) for key, what in origins.items()))


def _column(walk: QueryWalk, output: Output) -> TargetColumn:
    sources = tuple(SourceColumn(*key, what) for key, what in output.origins.items())
    return TargetColumn(output.name, sources, _text(walk, output.made))


def _text(walk: QueryWalk, made: exp.Expr | None) -> str | None:
    return None if made is None or walk.session.names_only else expression(walk.session.dialect.text(made))


def positioned(found: Derived, names: Sequence[str] | None) -> Derived:
    """The columns of a query under the names of the target's, which are the same by their position."""
    return found if names is None or found.open else found.renamed(names)


def external(node: exp.Expr | None) -> TableName | None:
    """A file or a folder of files as a relation, by its address; a stage of Snowflake by its name, without the path
    in it. ``None`` where the text does not say it."""
    this = node.this if isinstance(node, exp.Table) else node
    if isinstance(this, exp.Var) and this.name.startswith("@"):
        return TableName("", "", this.name.partition("/")[0])
    if isinstance(this, exp.Literal) or (isinstance(this, exp.Identifier) and "://" in this.name):
        return TableName("", "", address(this.name)) if this.name else None
    return None


def option(options: exp.Properties, name: str) -> exp.Expr | None:
    """The value of an option of a statement, by its name in lower case."""
    found = (each.args.get("value") for each in options.expressions if each.name.lower() == name)
    return next((each for each in found if isinstance(each, exp.Expr)), None)


def listed(walk: QueryWalk, node: exp.Expr | None) -> list[str] | None:
    """The names of a list of columns behind the name of a relation, or ``None`` without such a list."""
    if not isinstance(node, exp.Schema | exp.Tuple):
        return None
    names = []
    for each in node.expressions:
        column = each.this if isinstance(each, exp.Column | exp.ColumnDef) else each
        if isinstance(column, exp.Identifier):
            names.append(walk.fold(column))
    return names or None
