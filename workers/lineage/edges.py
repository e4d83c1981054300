"""Derives the rows of edges from the contents of ``Lineage`` entities, inside the catalog's transactions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from specs.names import mark
from workers.store.statements import Statements

if TYPE_CHECKING:
    from workers.store.connection import Connection

STATEMENT_ROWS = 5000
"""Rows that one statement inserts."""
ROWS_MARK = 0
"""In place of a target's column: the source's column decides which rows there are."""
UNRESOLVED = ""
"""The type of a source that is only a name in the text: it fits no object."""
_TABLE, _VIEW = "Table", "view"
_Columns = dict[tuple[Any, ...], tuple[str, str]]


def add(conn: Connection, contents: Sequence[tuple[int, str]]) -> None:
    """Store the edges of new entities, given by id and content."""
    sql = Statements(conn, "workers.lineage")
    edges: list[tuple[Any, ...]] = []
    columns: list[tuple[Any, ...]] = []
    for teller, content in contents:
        of_one: _Columns = {}
        edges += _edges(teller, json.loads(content), of_one)
        columns += [(*key, *named) for key, named in of_one.items()]
    _insert(sql, "insert_edges", edges)
    _insert(sql, "insert_columns", columns)


def replace(conn: Connection, contents: Sequence[tuple[int, str]]) -> None:
    """Store the edges of entities that changed, given by id and content, in place of those that they had."""
    remove(conn, [teller for teller, _ in contents])
    add(conn, contents)


def remove(conn: Connection, ids: Sequence[int]) -> None:
    """Remove the edges of entities that are removed."""
    sql = Statements(conn, "workers.lineage")
    for name in ("remove_columns", "remove_edges"):
        sql.do(name, ids=json.dumps(ids))


def column_mark(name: str) -> int:
    """The hash by which a column is found."""
    return mark("column", name)


def _insert(sql: Statements, name: str, rows: Sequence[tuple[Any, ...]]) -> None:
    left = iter(rows)
    while some := list(islice(left, STATEMENT_ROWS)):
        sql.do(name, rows=json.dumps(some))


def _edges(teller: int, content: dict[str, Any], columns: _Columns) -> Iterator[tuple[Any, ...]]:
    """Yields the rows of the edges of one entity, and adds those of their columns to ``columns``."""
    evidence = content.get("evidence", _VIEW)
    flows = content.get("flows", ())
    n = 0
    for flow in flows:
        target_type, target = flow.get("target_type", _TABLE), flow["target"]
        numbers: dict[str, int] = {}
        for source_type, source, proven, confidence in _sources(flow):
            yield (
                teller, n, mark(source_type, source), mark(target_type, target), source_type, source, target_type,
                target, evidence, proven, confidence, int("columns" in flow),
            )  # fmt: skip
            numbers.setdefault(source, n)
            n += 1
        for each in flow.get("columns", ()):
            for of in each.get("sources", ()):
                became = of.get("transformation", "identity")
                key = teller, numbers[of["source"]], column_mark(each["column"]), column_mark(of["column"]), became
                columns[key] = each["column"], of["column"]
        for of in flow.get("filters", ()):
            key = teller, numbers[of["source"]], ROWS_MARK, column_mark(of["column"]), "filter"
            columns[key] = "", of["column"]
    target_type, target = content.get("target_type", _TABLE), content["fqn"]
    if len(flows) == 1:
        target_type, target = flows[0].get("target_type", _TABLE), flows[0]["target"]
    for at, name in enumerate(content.get("unresolved", ()), n):
        yield (
            teller, at, mark(UNRESOLVED, name), mark(target_type, target), UNRESOLVED, name, target_type, target,
            evidence, None, 1.0, 0,
        )  # fmt: skip


def _sources(flow: dict[str, Any]) -> Iterator[tuple[str, str, int | None, float]]:
    """Type, FQN, proof and confidence of each source of a flow, those named only by its columns included."""
    known: dict[str, None] = {}
    for edge in flow.get("edges", ()):
        known[edge["source"]] = None
        proven = None if edge.get("proven") is None else int(edge["proven"])
        yield edge.get("source_type", _TABLE), edge["source"], proven, edge.get("confidence", 1.0)
    sources = [of for each in flow.get("columns", ()) for of in each.get("sources", ())]
    for of in [*sources, *flow.get("filters", ())]:
        if of["source"] not in known:
            known[of["source"]] = None
            yield _TABLE, of["source"], None, 1.0
