"""The protocol of ``headrace lineage parse``: statements in, what they read and write out, both as JSON lines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from time import perf_counter
from typing import Any

from specs import registry
from specs.contracts.parts.statements import Statement, StatementLineage, StatementParser, TableName


def answers(lines: Iterable[str]) -> Iterator[str]:
    """One answer per line that is not empty, in order. A line that is no statement gets an answer with ``error``."""
    parser: StatementParser = registry.shared("sql.lineage.analysis.analyzer:LineageAnalyzer")()
    try:
        for line in lines:
            if line.strip():
                yield json.dumps(answer(parser, line), ensure_ascii=False)
    finally:
        parser.close()


def answer(parser: StatementParser, line: str) -> dict[str, Any]:
    """The answer for one line. Several statements of one ``sql`` are a session, with one answer for all of them."""
    begun = perf_counter()
    case: dict[str, Any] = {}
    try:
        case = dict(json.loads(line))
        columns = {_table(name): _columns(each) for name, each in (case.get("schemas") or {}).items()}
        given = {key: str(case.get(key) or "") for key in ("sql", "dialect", "default_db", "default_schema")}
        statement = Statement(0, given["sql"], given["dialect"], given["default_db"], given["default_schema"])
        found = parser.lineage([statement], columns)[0]
    except (ValueError, TypeError, AttributeError) as error:
        told = _told(())
        told["error"] = f"not a statement as JSON: {error}"
    else:
        told = _told(found)
    return {"id": case.get("id"), **told, "ms": round((perf_counter() - begun) * 1000, 3), "error": told.pop("error")}


def _told(found: Iterable[StatementLineage]) -> dict[str, Any]:
    read: dict[str, None] = {}
    written: dict[str, None] = {}
    columns: dict[str, dict[str, None]] = {}
    errors: dict[str, None] = {}
    for each in found:
        read.update(dict.fromkeys(_text(table) for table in each.sources))
        if each.error is not None:
            errors.setdefault(each.error)
        if each.temporary:
            continue
        if each.target is not None:
            written.setdefault(_text(each.target))
        for column in each.columns:
            name = f"{_text(each.target)}.{column.column}" if each.target else column.column
            made_of = columns.setdefault(name, {})
            made_of.update(dict.fromkeys(f"{_text(source.table)}.{source.column}" for source in column.sources))
    return {
        "in_tables": list(read),
        "out_tables": list(written),
        "columns": [{"out": name, "in": list(made_of)} for name, made_of in columns.items()],
        "error": "; ".join(errors) or None,
    }


def _text(table: TableName) -> str:
    return ".".join(part for part in table if part)


def _table(name: str) -> TableName:
    parts = [part.strip('"`[]') for part in name.split(".")]
    return TableName(".".join(parts[:-2]), parts[-2] if len(parts) > 1 else "", parts[-1])


def _columns(columns: Any) -> list[tuple[str, str]]:
    """Columns as ``[{"name": "type"}, ...]``, or as one such object."""
    parts = [columns] if isinstance(columns, dict) else columns
    return [(str(name), str(type_)) for part in parts for name, type_ in dict(part).items()]
