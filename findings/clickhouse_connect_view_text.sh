#!/bin/sh
# clickhouse-connect 1.12.0, its dialect of SQLAlchemy: get_view_definition() raises NoSuchTableError for every view,
# those that get_view_names() lists among them: it asks the database nothing, as this shows by giving it no database.
# Who takes the error for what it says drops every view as gone. The texts are in system.tables (as_select).
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check "clickhouse-connect==1.12.0" "sqlalchemy==2.1.9"
"$folder/venv/bin/python" - "${1:-NoSuchTableError}" <<'PY'
import sys

from clickhouse_connect.cc_sqlalchemy.dialect import ClickHouseDialect

try:
    found = ClickHouseDialect().get_view_definition(None, "daily_totals", schema="shop")
except Exception as error:
    found = type(error).__name__
print(f"get_view_definition without any connection: {found}")
sys.exit(found != sys.argv[1])
PY
