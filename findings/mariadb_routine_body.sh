#!/bin/sh
# MariaDB 10.11.18: the body of a routine in information_schema is not the body. ROUTINES.ROUTINE_DEFINITION takes one
# level of backslashes out of some literals and leaves it in others, and drops character set introducers:
#     written      'a\nb'   'q\\w'   'it\'s'   _latin1'x'
#     told         'a\nb'   'q\w'    'it''s'   'x'
# 'q\w' is another text than 'q\\w' (the server reads it as qw), so code that is copied, compared or parsed from there is
# not the code that runs. mysql.proc.body and SHOW CREATE PROCEDURE have it byte for byte. TRIGGERS.ACTION_STATEMENT and
# EVENTS.EVENT_DEFINITION are made in the same way.
# Needs apt (Debian 12) to download the server; nothing is installed.
set -eu
version=1:10.11.18-0+deb12u1
folder=$(mktemp -d)
trap 'kill "$(cat "$folder/pid" 2>/dev/null)" 2>/dev/null || true; sleep 1; rm -rf "$folder"' EXIT
chmod 755 "$folder"
cd "$folder"
export TMPDIR="$folder"  # a server that starts empties its folder for temporary tables
apt-get download -qq "mariadb-server-core=$version" "mariadb-client-core=$version" 2>/dev/null
for package in ./*.deb; do dpkg -x "$package" root; done
bin=$folder/root/usr
"$bin/bin/mariadb-install-db" --no-defaults --basedir="$bin" --datadir="$folder/data" --user="$(id -un)" \
    --auth-root-authentication-method=normal --skip-test-db >/dev/null 2>&1
"$bin/sbin/mariadbd" --no-defaults --basedir="$bin" --datadir="$folder/data" --user="$(id -un)" --skip-networking \
    --socket="$folder/s" --pid-file="$folder/pid" >"$folder/log" 2>&1 &
ask() { "$bin/bin/mariadb" --no-defaults --socket="$folder/s" --user=root --batch --raw --skip-column-names -e "$1"; }
for _ in $(seq 60); do ask "SELECT 1" >/dev/null 2>&1 && break; sleep 1; done
body="SELECT 'a\\nb', 'q\\\\w', 'it\\'s', _latin1'x'"
ask "CREATE DATABASE d; CREATE PROCEDURE d.p() $body"
told=$(ask "SELECT ROUTINE_DEFINITION FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = 'd'")
kept=$(ask "SELECT body FROM mysql.proc WHERE db = 'd'")
printf '%-20s%s\n' server "$(ask 'SELECT VERSION()')" written "$body" mysql.proc.body "$kept" information_schema "$told"
[ "$kept" = "$body" ] || { echo "changed: mysql.proc.body is not what was written"; exit 1; }
[ "$told" = "SELECT 'a\\nb', 'q\\w', 'it''s', 'x'" ] || { echo "changed: information_schema tells something else"; exit 1; }
