#!/usr/bin/env bash
# billiard 4.3.2 (Celery's pool of processes): a handler for SIGTERM, SIGHUP or SIGQUIT that a pool's initializer installs
# (Celery runs worker_process_init there) is replaced by billiard's own right behind it, so that it never runs. One that is
# installed when the first task begins stays.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check billiard==4.3.2
cat >"$folder/probe.py" <<'PYTHON'
import signal
import sys

import billiard
from billiard.pool import Pool

NUMBERS = (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


def ours(number, frame):
    """Gives back what the process holds, say."""


def install():
    for number in NUMBERS:
        signal.signal(number, ours)


def first(_):
    before = [signal.getsignal(number).__name__ for number in NUMBERS]
    install()
    return before


def second(_):
    return [signal.getsignal(number).__name__ for number in NUMBERS]


if __name__ == "__main__":
    pool = Pool(1, initializer=install)
    try:
        begun, later = pool.map(first, [0])[0], pool.map(second, [0])[0]
    finally:
        pool.terminate()
        pool.join()
    print("billiard", billiard.__version__, "handlers at the first task:", begun, "at the second:", later)
    if begun != [sys.argv[1]] * 3 or later != ["ours"] * 3:
        sys.exit("the behaviour has changed")
PYTHON
"$folder/venv/bin/python" "$folder/probe.py" "${EXPECTED:-_shutdown_cleanup}"
