#!/bin/sh
# duckdb 2.0.0 (its binding is made with nanobind): after gc.freeze(), which the documentation of gc recommends before
# a fork, the process says on stderr as it exits that instances, types and functions of the binding leaked, and blames
# a reference counting issue in the binding. Nothing leaked: frozen objects are not collected at the end. The exit code
# stays 0. With gc.unfreeze() registered at exit nothing is said, and neither without gc.freeze().
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check "duckdb==2.0.0"
cat > "$folder/ask.py" <<'PY'
import atexit
import gc
import sys

import duckdb

if sys.argv[1] != "plain":
    gc.freeze()
if sys.argv[1] == "thawed":
    atexit.register(gc.unfreeze)
connection = duckdb.connect(":memory:")
connection.execute("CREATE TABLE t (i INTEGER)")
connection.close()
PY
found=""
for way in plain frozen thawed; do
    said=$("$folder/venv/bin/python" "$folder/ask.py" "$way" 2>&1)
    case $said in *leaked*) found="$found $way:leaked" ;; *) found="$found $way:silent" ;; esac
done
echo "at exit:$found"
[ "$found" = "${1:- plain:silent frozen:leaked thawed:silent}" ]
