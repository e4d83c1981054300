"""kill -9 on parsers, and on the workers that wait for them, amid lineage and usage: nothing is lost, nothing counts
twice."""

from __future__ import annotations

import json
import random
import signal
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import cycle
from pathlib import Path

import pytest

from tests.chaos.logged_estate import recipe
from tests.chaos.rig import Pooled, check, database, exported, kill, undisturbed
from tests.chaos.test_crawls_broken_off import Process
from tests.chaos.waiting import wait
from tests.workers.cluster.rig import cluster
from tests.workers.lineage.told import stored_edges, told_edges
from workers.embedded.pool import Pool
from workers.ledger import SqlLedger

pytestmark = pytest.mark.chaos


def parsers(parents: Iterable[int]) -> dict[int, int]:
    """The parsers' processes below these, each with its parent."""
    found = {}
    for parent in parents:
        with suppress(OSError):
            for child in map(int, Path(f"/proc/{parent}/task/{parent}/children").read_text().split()):
                if b"lineage.process.child" in Path(f"/proc/{child}/cmdline").read_bytes():
                    found[child] = parent
    return found


def descendants(parent: int) -> set[int]:
    found, left = set[int](), [parent]
    while left:
        at = left.pop()
        found.add(at)
        with suppress(OSError):
            left += map(int, Path(f"/proc/{at}/task/{at}/children").read_text().split())
    return found


def strike(
    pids: Callable[[], Iterable[int]], victim: Callable[[int, int], int], times: int, struck: list[int],
    over: threading.Event,
) -> None:  # fmt: skip
    """Kill ``times`` times the victim that ``victim`` chooses of a parser and its parent, while there are parsers, and
    keep it in ``struck``."""
    rng = random.Random(20261130)
    while len(struck) < times and not over.wait(0.02):
        found = {parser: parent for parser, parent in parsers(pids()).items() if not {parser, parent} & set(struck)}
        if found:
            over.wait(rng.uniform(0, 0.2))
            parser = rng.choice(sorted(found))
            with suppress(ProcessLookupError):
                dying = victim(parser, found[parser])
                kill(dying)
                struck.append(dying)


@pytest.mark.parametrize(("whom", "times"), [("parser", 4), ("worker", 2)])  # a third death over one key is poison
def test_kills_amid_lineage_and_usage_lose_nothing(tmp_path: Path, whom: str, times: int) -> None:
    given = recipe(tmp_path, schemas=5, views=30, logged=120)
    calm = undisturbed(given, tmp_path)
    wild, over, struck = Pooled(given, tmp_path, workers=2), threading.Event(), list[int]()

    def disturb(pool: Pool, ledger: SqlLedger, run: str) -> None:
        victim = (lambda parser, _: parser) if whom == "parser" else (lambda _, parent: parent)
        strike(lambda: list(pool.pids.values()), victim, times, struck, over)

    run = wild.run(disturb)
    over.set()
    assert run is not None
    assert struck
    check(tmp_path, "wild", run.id, calm)
    with database(tmp_path, "wild") as db:
        assert stored_edges(db) == told_edges(db)
        days = [json.loads(line) for line in exported(tmp_path, "wild") if '"UsageDay"' in line]
    assert len(days) == 3


@pytest.mark.parametrize("workers", [1, 2])
def test_a_crawl_that_is_killed_amid_lineage_is_resumed(tmp_path: Path, workers: int) -> None:
    given = recipe(tmp_path, schemas=4, views=30, logged=120)
    calm = undisturbed(given, tmp_path)
    process = Process(tmp_path, workers=workers, recipe=given)
    wait(lambda: parsers(descendants(process.popen.pid)) or process.popen.poll() is not None)
    left = descendants(process.popen.pid)
    process.signal(signal.SIGKILL)
    process.popen.communicate()
    wait(lambda: not any(map(_runs, left)))
    with database(tmp_path, "wild") as db:
        run = SqlLedger(db).runs()[0]
    assert run.open
    assert Process(tmp_path, workers=workers, run=run.id).result()["status"] == "complete"
    check(tmp_path, "wild", run.id, calm)


def _runs(pid: int) -> bool:
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False


@pytest.mark.server
def test_kills_amid_lineage_on_a_cluster_lose_nothing(redis_url: str, tmp_path: Path) -> None:
    given = recipe(tmp_path, schemas=5, views=30, logged=120)
    calm = undisturbed(given, tmp_path)
    over, struck = threading.Event(), list[int]()
    with cluster(redis_url, f"sqlite:///{tmp_path / 'wild.db'}", tmp_path) as made:
        made.flusher()
        parent = made.worker(2)

        def disturb() -> None:
            turn = cycle([True, False])
            strike(lambda: descendants(parent.pid), lambda *both: both[next(turn)], 4, struck, over)

        thread = threading.Thread(target=disturb)
        thread.start()
        try:
            summary = made.crawl(given)
        finally:
            over.set()
            thread.join()
        assert parent.poll() is None, made.log(parent)
    assert struck
    check(tmp_path, "wild", summary.run, calm)
