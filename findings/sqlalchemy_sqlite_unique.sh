#!/bin/sh
# SQLAlchemy 2.1.9, dialect of SQLite: get_unique_constraints() looks for UNIQUE in the text of the table by a pattern
# of letters and blanks between a column's name and the word. Whatever else stands there hides the constraint: the
# length of a type, a default, a check. VARCHAR(7) UNIQUE is not found, TEXT UNIQUE is; PRAGMA index_list names all
# (origin u). has_table, get_columns and the rest say nothing of it, and there is no warning.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check "sqlalchemy==2.1.9"
"$folder/venv/bin/python" -W error - "${1:-TEXT UNIQUE}" <<'PY'
import sys

import sqlalchemy

COLUMNS = ("TEXT UNIQUE", "VARCHAR(7) UNIQUE", "NUMERIC(5,2) UNIQUE", "TEXT DEFAULT 'x' UNIQUE", "INT CHECK (a > 0) UNIQUE")
found, named = [], 0
with sqlalchemy.create_engine("sqlite://").connect() as connection:
    for at, column in enumerate(COLUMNS):
        connection.exec_driver_sql(f"CREATE TABLE t{at} (a {column})")
    inspector = sqlalchemy.inspect(connection)
    for at, column in enumerate(COLUMNS):
        found += [column] if inspector.get_unique_constraints(f"t{at}") else []
        named += sum(row[3] == "u" for row in connection.exec_driver_sql(f"PRAGMA index_list(t{at})"))
print(f"SQLAlchemy {sqlalchemy.__version__}: of {len(COLUMNS)} unique columns it finds {found}; the database names {named}")
sys.exit(found != [sys.argv[1]] or named != len(COLUMNS))
PY
