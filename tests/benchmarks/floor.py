"""The floor: the least that reads the same facts. Bare psycopg, one streamed catalog query per kind, merged by table
into JSON lines: ``python floor.py URL OUT``. It stores nothing, hashes nothing, proves nothing.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

import psycopg

_WHERE = "n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'"
_ORDER = 'ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"'
_FROM = "JOIN pg_class c ON c.oid = {} JOIN pg_namespace n ON n.oid = c.relnamespace"

RELATIONS = f"""
SELECT n.nspname, c.relname, c.relkind, pg_get_userbyid(c.relowner), c.reltuples, c.relpages,
       obj_description(c.oid, 'pg_class'), CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND {_WHERE} {_ORDER}
"""
COLUMNS = f"""
SELECT n.nspname, c.relname, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
       a.attgenerated, pg_get_expr(d.adbin, d.adrelid), e.description
FROM pg_attribute a {_FROM.format("a.attrelid")}
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN pg_description e ON e.objoid = a.attrelid AND e.classoid = 'pg_class'::regclass AND e.objsubid = a.attnum
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND {_WHERE} {_ORDER}, a.attnum
"""
CONSTRAINTS = f"""
SELECT n.nspname, c.relname, k.conname, k.contype, k.conkey, rn.nspname, r.relname, k.confkey, k.confupdtype,
       k.confdeltype, CASE WHEN k.contype = 'c' THEN pg_get_constraintdef(k.oid) END
FROM pg_constraint k {_FROM.format("k.conrelid")}
LEFT JOIN pg_class r ON r.oid = k.confrelid LEFT JOIN pg_namespace rn ON rn.oid = r.relnamespace
WHERE {_WHERE} {_ORDER}, k.conname
"""
INDEXES = f"""
SELECT n.nspname, c.relname, i.relname, x.indisunique, x.indkey::int2[], am.amname, x.indexprs IS NOT NULL,
       pg_get_expr(x.indpred, x.indrelid)
FROM pg_index x {_FROM.format("x.indrelid")} JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_am am ON am.oid = i.relam
WHERE {_WHERE} {_ORDER}, i.relname
"""
FUNCTIONS = f"""
SELECT n.nspname, p.proname, l.lanname, pg_get_function_arguments(p.oid), pg_get_function_result(p.oid), p.prosrc
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
WHERE {_WHERE} ORDER BY 1, 2
"""
SEQUENCES = f"""
SELECT n.nspname, c.relname, s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcycle
FROM pg_sequence s {_FROM.format("s.seqrelid")} WHERE {_WHERE} {_ORDER}
"""

Key = tuple[str, str]


def stream(connection: psycopg.Connection[Any], name: str, query: str) -> Iterator[tuple[Any, ...]]:
    with connection.cursor(name) as cursor:
        cursor.execute(query)
        while rows := cursor.fetchmany(2000):
            yield from rows


class Groups:
    """The rows of one kind, handed out table by table; both sides come in the same order."""

    def __init__(self, rows: Iterator[tuple[Any, ...]]) -> None:
        self._rows = rows
        self._next = next(rows, None)

    def take(self, key: Key) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = []
        while self._next is not None and self._next[:2] <= key:
            if self._next[:2] == key:
                found.append(self._next[2:])
            self._next = next(self._rows, None)
        return found


def main(url: str, out: str) -> None:
    with psycopg.connect(url, options="-c jit=off") as connection, open(out, "w", encoding="utf-8") as file:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        columns = Groups(stream(connection, "columns", COLUMNS))
        constraints = Groups(stream(connection, "constraints", CONSTRAINTS))
        indexes = Groups(stream(connection, "indexes", INDEXES))
        for schema, name, *facts in stream(connection, "relations", RELATIONS):
            key = (schema, name)
            table = {
                "schema": schema,
                "name": name,
                "facts": facts,
                "columns": columns.take(key),
                "constraints": constraints.take(key),
                "indexes": indexes.take(key),
            }
            file.write(json.dumps(table) + "\n")
        for kind, query in (("functions", FUNCTIONS), ("sequences", SEQUENCES)):
            for row in stream(connection, kind, query):
                file.write(json.dumps({kind: row}) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
