#!/bin/sh
# openlineage-sql 1.54.0: the column lineage of an INSERT names the columns of the SELECT, not those that are written.
# For "INSERT INTO t (d, a) SELECT x, y FROM s" it says that x and y of t come from s; t has d and a. An unqualified
# column of a join goes to the first table, whichever has it, and a scalar subquery with an alias is called _0. Tables
# are right in all three, and parse() has no errors, so events that are made from it look complete and are wrong.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check "openlineage-sql==1.54.0"
"$folder/venv/bin/python" - "${1:-x y}" <<'PY'
import sys
from importlib.metadata import version

from openlineage_sql import parse


def columns(sql: str) -> dict[str, list[str]]:
    told = parse([sql], "postgres")
    assert not told.errors, told.errors
    return {
        each.descendant.name: sorted(f"{source.origin.name}.{source.name}" for source in each.lineage)
        for each in told.column_lineage
    }


listed = columns("INSERT INTO t (d, a) SELECT x, y FROM s")
joined = columns("INSERT INTO t SELECT o.id, title FROM orders o JOIN customers c ON o.cid = c.id")
scalar = columns("INSERT INTO t SELECT a AS first, (SELECT max(z) FROM u) AS top FROM s")
print(f"openlineage-sql {version('openlineage-sql')}: {listed}, {joined}, {scalar}")
sys.exit(
    sorted(listed) != sys.argv[1].split()
    or joined.get("title") != ["orders.title"]
    or "top" in scalar
    or scalar.get("_0") != ["u.z"]
)
PY
