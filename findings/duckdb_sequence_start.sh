#!/bin/sh
# DuckDB 2.0.0 and 1.5.6: the start of a sequence is not kept. In the database that made it, duckdb_sequences() says
# start_value 5; once the file was closed and opened again it says 7, the next number, and so does the CREATE SEQUENCE
# statement in its column sql (which says START 7 at once, before the file is closed).
# Whoever compares schemas sees a change of the definition for every number drawn, and a schema that is rebuilt from
# that statement begins where the old one stopped.
# In 1.5.6 last_value is wrong after opening, too: 7, though 5 was the last number drawn; 2.0.0 says 5.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/try.py" <<'PY'
import sys

import duckdb

path, last = sys.argv[1], int(sys.argv[2])
facts = "SELECT start_value, last_value, regexp_extract(sql, 'START (\\d+)', 1) FROM duckdb_sequences()"
with duckdb.connect(path) as connection:
    connection.execute("CREATE SEQUENCE s START 5 INCREMENT 2")
    fresh = connection.execute(facts).fetchone()
    assert connection.execute("SELECT nextval('s')").fetchone() == (5,)
    drawn = connection.execute(facts).fetchone()
with duckdb.connect(path) as connection:
    again = connection.execute(facts).fetchone()
    following = connection.execute("SELECT nextval('s')").fetchone()
print(f"duckdb {duckdb.__version__}: made {fresh}, one number drawn {drawn}, file opened again {again}, next {following}")
expected = ((5, None, "5"), (5, 5, "7"), (7, last, "7"), (7,))
if (fresh, drawn, again, following) != expected:
    sys.exit(f"changed: expected {expected}")
PY
for pair in 2.0.0:5 1.5.6:7; do
    python3 -m venv "$folder/${pair%:*}"
    "$folder/${pair%:*}/bin/pip" install -q --disable-pip-version-check "duckdb==${pair%:*}"
    "$folder/${pair%:*}/bin/python" "$folder/try.py" "$folder/${pair%:*}.duckdb" "${pair#*:}"
done
