#!/usr/bin/env bash
# PyMySQL 1.2.4, SSCursor: a connection that is lost within a streamed result is an OperationalError (2013), which
# PEP 249 code catches. Inside `with connection.cursor(SSCursor)` leaving the block reads on, from a connection that
# is closed by then: an AttributeError ('NoneType' object has no attribute 'read') replaces it. The default cursor
# raises 2013 in the same place. Whoever tells lost lines from bad rows by type of error takes this for a bad row.
# The server here is a few packets of the protocol: a handshake, OK, one column, one row, then the end of the line.
set -euo pipefail
WANTED=${1:-AttributeError}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'pymysql==1.2.4'
"$folder/venv/bin/python" - "$WANTED" <<'PY'
import socket, struct, sys, threading
import pymysql
from pymysql.cursors import Cursor, SSCursor

def packet(number, body):
    return struct.pack("<I", len(body))[:3] + bytes([number]) + body

def text(value):
    return bytes([len(value)]) + value

def serve(listener):
    while True:
        line, _ = listener.accept()
        greeting = (b"\x0a8.0.0\0" + struct.pack("<I", 1) + b"12345678\0" + struct.pack("<H", 0xF7FF) + b"\x2d"
                    + struct.pack("<HH", 2, 0x00FF | 0x0008) + b"\x15" + bytes(10) + b"123456789012\0"
                    + b"mysql_native_password\0")
        ok, eof = b"\0\0\0\x02\0\0\0", b"\xfe\0\0\x02\0"
        column = (text(b"def") + 3 * text(b"") + text(b"a") + text(b"a") + b"\x0c"
                  + struct.pack("<HIBHB", 45, 40, 253, 0, 0) + b"\0\0")
        line.sendall(packet(0, greeting))
        line.recv(4096)
        line.sendall(packet(2, ok))
        while True:
            asked = line.recv(4096)
            if not asked:
                break
            if b"SELECT a" in asked:
                line.sendall(packet(1, b"\x01") + packet(2, column) + packet(3, eof) + packet(4, text(b"one")))
                break
            line.sendall(packet(1, ok))
        line.close()

listener = socket.create_server(("127.0.0.1", 0))
threading.Thread(target=serve, args=(listener,), daemon=True).start()
seen = {}
for kind in (Cursor, SSCursor):
    connection = pymysql.connect(host="127.0.0.1", port=listener.getsockname()[1], user="u", password="")
    try:
        with connection.cursor(kind) as cursor:
            cursor.execute("SELECT a FROM t")
            cursor.fetchall()
    except Exception as error:
        seen[kind.__name__] = type(error).__name__
        print(kind.__name__, "raised", type(error).__name__, error)
print("pymysql", pymysql.VERSION_STRING, seen)
sys.exit(seen != {"Cursor": "OperationalError", "SSCursor": sys.argv[1]})
PY
