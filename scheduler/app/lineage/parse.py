"""The protocol of ``headrace lineage parse``: statements in, what they read and write out, both as JSON lines."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any

from specs import registry
from specs.contracts.parts.statements import Statement, StatementLineage, StatementParser, TableName


def answers(lines: Iterable[str]) -> Iterator[str]:
    """One answer per line that is not empty, in order. A line that is no statement gets an answer with ``error``."""
    with own_answers() as told:
        for line in lines:
            if line.strip():
                yield json.dumps(told(line), ensure_ascii=False)


@contextmanager
def own_answers() -> Iterator[Callable[[str], dict[str, Any]]]:
    """A function that answers a line, as long as the context lasts. Statements are parsed in a process of their own:
    one that brings it down or holds it up costs its own answer."""
    parser: StatementParser = registry.shared("sql.lineage.process.parser_process:ParserProcess")()
    try:
        parser.lineage([Statement(0, "select 1")], {})  # the start of the process is no time of the first statement
        yield lambda line: answer(parser, line)
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
    session = SessionAnswer()
    statements = list(found)
    while statements:
        each = statements.pop(0)
        if statements and _swap(each, statements[0]):
            session.swap(each.target, statements.pop(0).target)
        else:
            session.add(each)
    return session.told()


def _swap(one: StatementLineage, other: StatementLineage) -> bool:
    named = one.target is not None and one.renamed is not None
    return named and (one.target, one.renamed) == (other.renamed, other.target)


class SessionAnswer:
    """The statements of one session as one answer. Relations that it creates are nothing that it reads from outside,
    what it drops is not left, and what it renames is called by the new name. Temporary tables are left out when it
    reads them itself: they are what it makes when it does not."""

    def __init__(self) -> None:
        self._read: dict[TableName, None] = {}
        self._written: dict[TableName, None] = {}
        self._columns: dict[tuple[TableName | None, str], dict[tuple[TableName, str], None]] = {}
        self._created: set[TableName] = set()
        self._temporary: dict[TableName, list[StatementLineage]] = {}
        self._aside: dict[TableName, TableName] = {}
        self._errors: dict[str, None] = {}

    def add(self, each: StatementLineage) -> None:
        """Add the next statement."""
        if each.error is not None:
            self._errors.setdefault(each.error)
        if each.kind == "rename" and each.target is not None and each.renamed is not None:
            if each.temporary:
                made = self._temporary.pop(each.target, [])
                self._temporary[each.renamed] = [before._replace(target=each.renamed) for before in made]
            else:
                self._rename(each.target, each.renamed)
            return
        self._read.update(dict.fromkeys(table for table in each.sources if table not in self._created))
        for name in each.through:
            self._temporary[name] = []
        if each.temporary and each.target is not None and each.kind != "drop":
            made = self._temporary.setdefault(each.target, [])
            if each.kind in ("create_table", "create_view") or made:
                made.append(each)
        elif each.kind == "drop":
            self._drop(each.target or TableName("", "", ""))
        else:
            self._write(each)

    def _drop(self, name: TableName) -> None:
        """Forget a temporary table, and one that was only put aside by another name before."""
        self._temporary.pop(name, None)
        before = self._aside.pop(name, None)
        if before is not None:
            self._written.pop(name, None)
            self._read.pop(before, None)

    def _write(self, each: StatementLineage) -> None:
        if each.target is not None:
            self._written.setdefault(each.target)
            if each.kind in ("create_table", "create_view"):
                self._created.add(each.target)
        for column in each.columns:
            made_of = self._columns.setdefault((each.target, column.column), {})
            made_of.update(dict.fromkeys((source.table, source.column) for source in column.sources))

    def swap(self, one: TableName | None, other: TableName | None) -> None:
        """Let two relations change their names. Where nothing else is said of them, the first one gets what the other
        one has: that is what people swap for."""
        if one is None or other is None:
            return
        if {one, other} & {*self._read, *self._written}:
            self._call({one: other, other: one})
        else:
            self._read.setdefault(other)
            self._written.setdefault(one)

    def _rename(self, old: TableName, new: TableName) -> None:
        if old in self._read or old in self._written:
            self._call({old: new})
        else:
            self._read.setdefault(old)
            self._written.setdefault(new)
            self._aside[new] = old

    def _call(self, names: dict[TableName, TableName]) -> None:
        self._read = {names.get(each, each): None for each in self._read}
        self._written = {names.get(each, each): None for each in self._written}
        self._created = {names.get(each, each) for each in self._created}
        self._columns = {
            (names.get(target, target) if target else None, column): {
                (names.get(table, table), source): None for table, source in made_of
            }
            for (target, column), made_of in self._columns.items()
        }

    def told(self) -> dict[str, Any]:
        """The answer, with names as texts."""
        for statements in self._temporary.values():
            for each in statements:
                self._write(each)
        self._temporary.clear()
        return {
            "in_tables": [_text(each) for each in self._read],
            "out_tables": [_text(each) for each in self._written],
            "columns": [
                {
                    "out": f"{_text(target)}.{column}" if target else column,
                    "in": [f"{_text(table)}.{source}" for table, source in made_of],
                }
                for (target, column), made_of in self._columns.items()
            ],
            "error": "; ".join(self._errors) or None,
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
