#!/bin/sh
# libsql-experimental 0.0.55 raises ValueError for every error of SQL, and has no Error of its own that it would raise,
# so SQLAlchemy (sqlalchemy-libsql 0.2.0 on 2.1.9) does not take it for an error of the database. Its dialect of SQLite
# counts on one: with schema="main" it asks for main.sqlite_temp_master, which is not there, and falls back when that
# fails. Through libSQL it does not, and get_check_constraints of any table raises; without a schema, and with Python's
# driver, it answers.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check "sqlalchemy==2.1.9" "sqlalchemy-libsql==0.2.0" \
  "libsql-experimental==0.0.55"
"$folder/venv/bin/python" - "$folder/shop.db" "${1:-ValueError}" <<'PY'
import sqlite3
import sys

import sqlalchemy

connection = sqlite3.connect(sys.argv[1])
connection.executescript("CREATE TABLE orders (n INT CHECK (n > 0)); CREATE TABLE items (n INT REFERENCES orders (n))")
connection.close()
found = {}
for driver in ("pysqlite", "libsql"):
    with sqlalchemy.create_engine(f"sqlite+{driver}:///{sys.argv[1]}").connect() as connection:
        inspector = sqlalchemy.inspect(connection)
        for schema in (None, "main"):
            try:
                inspector.get_check_constraints("orders", schema=schema)
                found[driver, schema] = "answers"
            except Exception as error:
                found[driver, schema] = type(error).__name__
print(f"check constraints by driver and schema: {found}")
expected = dict.fromkeys(found, "answers") | {("libsql", "main"): sys.argv[2]}
sys.exit(found != expected)
PY
