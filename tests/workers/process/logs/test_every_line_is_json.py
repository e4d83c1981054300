"""Under ``--json`` every line is one JSON object, whoever writes it: we, Celery, warnings, other libraries."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.servers.redis import RedisServer
from tests.workers.cluster.rig import PATIENCE, ROOT, cluster

STRAY = """
import sys, threading, warnings, logging
from workers.process.logs import setup
setup(as_json=True, kind="worker"); setup(as_json=True, kind="worker")
print("a line", file=sys.stderr)
print("another one", file=sys.__stderr__)
sys.stderr.write("in two ")
sys.stderr.write("pieces\\nand no end")
print(file=sys.stderr)
warnings.warn("careful", stacklevel=1)
thread = threading.Thread(target=lambda: 1 / 0)
thread.start(); thread.join()
class Last:
    def __del__(self): raise ValueError("at the end")
last = Last(); del last
logging.getLogger("celery").error("postgresql://u:geheim@h/x broke")
raise RuntimeError("unhandled")
"""


def objects(text: str) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in text.splitlines()]
    assert all({"time", "level", "logger", "process", "pid", "message"} <= each.keys() for each in found)
    return found


def test_whatever_is_written_to_stderr() -> None:
    done = subprocess.run([sys.executable, "-c", STRAY], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE)
    found = objects(done.stderr)
    said = [each["message"] for each in found]
    assert said[:4] == ["a line", "another one", "in two pieces", "and no end"]
    assert "UserWarning: careful" in said[4]
    assert said[5:] == ["internal error", "internal error", "postgresql://u:***@h/x broke", "internal error"]
    traces = [each["traceback"] for each in found if "traceback" in each]
    assert ["ZeroDivisionError" in traces[0], "at the end" in traces[1], "unhandled" in traces[2]] == [True] * 3
    assert done.stdout == ""


@pytest.mark.parametrize("kind", ["worker", "scheduler", "flusher", "publisher"])
@pytest.mark.parametrize("wrong", ["nothing is set", "an option", "no server"])
def test_what_keeps_a_process_from_starting(kind: str, wrong: str, tmp_path: Path) -> None:
    out = {"HEADRACE_REDIS": "redis://127.0.0.1:1/0", "HEADRACE_CATALOG": str(tmp_path / "c.db")}
    given = {"nothing is set": {"HEADRACE_WEATHER": "fine"}, "an option": {}, "no server": out}[wrong]
    more = {"an option": ["--what"], "no server": []}.get(wrong, [])
    if (kind, wrong) == ("publisher", "no server"):
        given = {"HEADRACE_CATALOG": str(tmp_path)}
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("HEADRACE_")}
    done = subprocess.run(
        [sys.executable, "-c", "from scheduler.cli.cli import main; main()", kind, "--json", *more], cwd=tmp_path,
        env={**inherited, "HOME": str(tmp_path), "PYTHONPATH": str(ROOT), **given}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode != 0
    assert objects(done.stderr)
    assert done.stdout == ""


@pytest.mark.chaos
@pytest.mark.server
def test_processes_in_trouble(redis_alone: RedisServer, tmp_path: Path) -> None:
    """Through an outage of Redis, the death of a pool process, and the end."""
    with cluster(redis_alone.url, f"sqlite:///{tmp_path / 'c.db'}", tmp_path) as made:
        kinds = ("scheduler", "flusher", "publisher", "worker")
        processes = {kind: made.start(kind, "--json") for kind in kinds}
        worker = processes["worker"]
        made.until(lambda: "ready." in made.log(worker))
        redis_alone.kill()
        made.until(lambda: "Cannot connect" in made.log(worker))
        redis_alone.start()
        made.until(lambda: made.log(worker).count("Connected to redis") > 1)
        children = subprocess.run(["pgrep", "-P", str(worker.pid)], capture_output=True, text=True, timeout=PATIENCE)
        os.kill(int(children.stdout.split()[0]), signal.SIGKILL)
        for process in processes.values():
            process.terminate()
            assert process.wait(PATIENCE) == 0, made.log(process)
        for kind, process in processes.items():
            assert objects(made.log(process)) or kind == "flusher", kind
