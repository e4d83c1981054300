#!/bin/sh
# DuckDB 2.0.0: schemas may lie inside schemas, and names of two levels no longer tell them apart. With b.t and a.b.t,
# information_schema.schemata lists b twice, and information_schema.tables lists b.t twice, without any difference
# between the two rows; its table_schema is the last part of the path alone. duckdb_tables() has a schema_oid, which
# joins with duckdb_schemas() (parent_schema_oid) to the whole path; duckdb_functions() has no such column, so that
# nothing tells whose a macro is once two schemas share their last name.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check "duckdb==2.0.0"
"$folder/venv/bin/python" - "${1:-2}" <<'PY'
import sys

import duckdb

connection = duckdb.connect()
for statement in (
    "CREATE SCHEMA b", "CREATE TABLE b.t(z INT)", "CREATE SCHEMA a", "CREATE SCHEMA a.b", "CREATE TABLE a.b.t(x INT)",
    "CREATE MACRO a.b.m(x) AS x",
):
    connection.execute(statement)


def ask(sql):
    return connection.execute(sql).fetchall()


schemata = ask("SELECT * FROM information_schema.schemata WHERE catalog_name = 'memory' AND schema_name = 'b'")
tables = ask("SELECT * FROM information_schema.tables WHERE table_name = 't'")
oids = ask("SELECT count(DISTINCT schema_oid) FROM duckdb_tables() WHERE table_name = 't'")[0][0]
macros = {row[0] for row in ask("DESCRIBE SELECT * FROM duckdb_functions()")}
found = (len(schemata), len(set(schemata)), len(tables), len(set(tables)), oids, "schema_oid" in macros)
print(f"duckdb {duckdb.__version__}: schemata, distinct, tables, distinct, schema oids, macros have a schema_oid: {found}")
sys.exit(found != (2, 1, int(sys.argv[1]), 1, 2, False))
PY
