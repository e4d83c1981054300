"""Runs one command and prints what it cost as JSON: ``python -S -E measure.py SECONDS COMMAND...``.

A process of its own, and a small one: a child inherits the peak memory of whoever forks it.
"""

import json
import os
import signal
import sys
import time


def main(limit, command):  # type: ignore[no-untyped-def]
    """Write ``{"wall", "cpu", "rss_mb", "code"}`` behind the command's own output; kill it after ``limit`` seconds."""
    started = time.perf_counter()
    child = os.fork()
    if child == 0:
        os.execvp(command[0], command)
    signal.signal(signal.SIGALRM, lambda *_: os.kill(child, signal.SIGKILL))
    signal.alarm(limit)
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - started
    cost = {
        "wall": wall,
        "cpu": usage.ru_utime + usage.ru_stime,
        "rss_mb": usage.ru_maxrss / 1024,
        "code": os.waitstatus_to_exitcode(status),
    }
    sys.stdout.write("\n" + json.dumps(cost) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
