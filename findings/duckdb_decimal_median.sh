#!/bin/sh
# DuckDB 2.0.1: median() and quantile_cont() of a DECIMAL column have the column's own scale, and what does not fit is
# cut off, not rounded: the median of 1.60 and 1.75 as DECIMAL(10,2) is 1.67, as DOUBLE 1.675. avg() of the same
# column is a DOUBLE and exact. PostgreSQL's percentile_cont of a numeric column is a double, so a profile of the same
# prices differs between the two by up to one unit of the last place, and always downwards.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check "duckdb==2.0.1"
"$folder/venv/bin/python" - "${1:-1.67}" <<'PY'
import sys

import duckdb

rows = "(VALUES (1.60::DECIMAL(10,2)), (1.75), (9.99), (1.00)) t(price)"
asked = "median(price), quantile_cont(price, 0.5), median(price::DOUBLE), typeof(median(price)), typeof(avg(price))"
found = duckdb.execute(f"SELECT {asked} FROM {rows}").fetchone()
print(f"duckdb {duckdb.__version__}: {found}")
cut = found is not None and (str(found[0]), str(found[1])) == (sys.argv[1],) * 2
sys.exit(not cut or found[2:] != (1.675, "DECIMAL(10,2)", "DOUBLE"))
PY
