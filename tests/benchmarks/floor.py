"""The floor: the fastest reader of the same facts that we can write. Bare psycopg, binary, one snapshot, one catalog
query per kind in the order of its index (by oid, so that the server sorts nothing), merged by table into JSON lines:
``python floor.py URL OUT``. It stores nothing, hashes nothing, proves nothing.

Names of types, schemas, owners and access methods are asked once and looked up here. COPY was slower: its rows come
as text, which costs more to take apart than binary rows.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

import psycopg

FIRST = 16384
"""The lowest oid that is not the system's own."""
_USER = "relnamespace IN (SELECT oid FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema')"

TYPES = f"""
SELECT t.atttypid, t.atttypmod, format_type(t.atttypid, t.atttypmod)
FROM (SELECT DISTINCT atttypid, atttypmod FROM pg_attribute WHERE attnum > 0 AND attrelid >= {FIRST}) AS t
"""
RELATIONS = f"""
SELECT oid, relnamespace, relname, relkind, relowner, reltuples, relpages
FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND {_USER} ORDER BY oid
"""
COLUMNS = f"""
SELECT attrelid, attnum, attname, atttypid, atttypmod, attnotnull, attidentity::text, attgenerated::text
FROM pg_attribute WHERE attnum > 0 AND NOT attisdropped AND attrelid >= {FIRST} ORDER BY attrelid, attnum
"""
DEFAULTS = "SELECT adrelid, adnum, pg_get_expr(adbin, adrelid) FROM pg_attrdef ORDER BY adrelid, adnum"
COMMENTS = f"""
SELECT objoid, objsubid, description
FROM pg_description WHERE classoid = 'pg_class'::regclass AND objoid >= {FIRST} ORDER BY objoid, classoid, objsubid
"""
CONSTRAINTS = f"""
SELECT conrelid, conname, contype, conkey, confrelid, confkey, confupdtype, confdeltype,
       CASE WHEN contype = 'c' THEN pg_get_constraintdef(oid) END
FROM pg_constraint WHERE conrelid >= {FIRST} ORDER BY conrelid
"""
INDEXES = f"""
SELECT x.indrelid, i.relname, x.indisunique, x.indkey::text, i.relam, x.indexprs IS NOT NULL,
       pg_get_expr(x.indpred, x.indrelid)
FROM pg_index AS x JOIN pg_class AS i ON i.oid = x.indexrelid WHERE x.indrelid >= {FIRST} ORDER BY x.indrelid
"""
VIEWS = f"SELECT oid, pg_get_viewdef(oid) FROM pg_class WHERE relkind IN ('v', 'm') AND {_USER} ORDER BY oid"
FUNCTIONS = f"""
SELECT n.nspname, p.proname, l.lanname, pg_get_function_arguments(p.oid), pg_get_function_result(p.oid), p.prosrc
FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace JOIN pg_language AS l ON l.oid = p.prolang
WHERE p.oid >= {FIRST}
"""
SEQUENCES = "SELECT seqrelid, seqstart, seqincrement, seqmin, seqmax, seqcycle FROM pg_sequence"

Rows = Iterator[tuple[Any, ...]]


def stream(connection: psycopg.Connection[Any], name: str, query: str) -> Rows:
    with connection.cursor(name, binary=True) as cursor:
        cursor.execute(query)
        while rows := cursor.fetchmany(5000):
            yield from rows


class Groups:
    """The rows of one kind, handed out table by table; both sides come in the order of oids."""

    def __init__(self, rows: Rows) -> None:
        self._groups = groupby(rows, itemgetter(0))
        self._advance()

    def _advance(self) -> None:
        oid, rows = next(self._groups, (sys.maxsize, iter(())))
        self._oid, self._rows = oid, [row[1:] for row in rows]

    def take(self, oid: int) -> list[tuple[Any, ...]]:
        while self._oid < oid:
            self._advance()
        if self._oid > oid:
            return []
        rows = self._rows
        self._advance()
        return rows


def main(url: str, out: str) -> None:
    options = "-c jit=off -c search_path= -c cursor_tuple_fraction=1"
    with psycopg.connect(url, options=options) as connection, open(out, "w", encoding="utf-8") as file:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")

        def names(query: str) -> dict[Any, Any]:
            return dict(connection.execute(query).fetchall())

        schemas, owners = names("SELECT oid, nspname FROM pg_namespace"), names("SELECT oid, rolname FROM pg_roles")
        methods = names("SELECT oid, amname FROM pg_am")
        types = {(type_, typmod): text for type_, typmod, text in connection.execute(TYPES)}
        relations = list(stream(connection, "relations", RELATIONS))
        targets = {oid: (schemas[schema], name) for oid, schema, name, *_ in relations}
        columns, defaults, comments, constraints, indexes, views = (
            Groups(stream(connection, f"kind_{at}", query))
            for at, query in enumerate((COLUMNS, DEFAULTS, COMMENTS, CONSTRAINTS, INDEXES, VIEWS))
        )
        for oid, schema, name, kind, owner, *estimates in relations:
            words, values, text = dict(comments.take(oid)), dict(defaults.take(oid)), views.take(oid)
            table = {
                "schema": schemas[schema],
                "name": name,
                "facts": (kind, owners[owner], *estimates, words.get(0), text[0][0] if text else None),
                "columns": [
                    (number, column, types[type_, typmod], *rest, values.get(number), words.get(number))
                    for number, column, type_, typmod, *rest in columns.take(oid)
                ],
                "constraints": [
                    (name, kind, key, targets.get(referred), *rest)
                    for name, kind, key, referred, *rest in constraints.take(oid)
                ],
                "indexes": [
                    (name, unique, key, methods[method], *rest)
                    for name, unique, key, method, *rest in indexes.take(oid)
                ],
            }
            file.write(json.dumps(table) + "\n")
        for label, query in (("functions", FUNCTIONS), ("sequences", SEQUENCES)):
            for row in stream(connection, label, query):
                file.write(json.dumps({label: row}) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
