"""A closed terminal and Ctrl-\\ end every process in order, as SIGTERM does: nothing is held, started again or told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.workers.cluster.rig import PATIENCE, ROOT, Cluster, cluster, fake
from workers.ledger import SqlLedger
from workers.presence import live
from workers.store.database import open_database

pytestmark = [pytest.mark.chaos, pytest.mark.server]
SIGNALS = [signal.SIGHUP, signal.SIGQUIT]
AGAIN = ("Restarting", "Traceback", "--redis")


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("whole", [False, True], ids=["the parent", "all its processes"])
def test_a_worker_gives_its_unit_back_and_leaves(
    number: signal.Signals, whole: bool, redis_url: str, tmp_path: Path
) -> None:
    """With all its processes: as a terminal that is closed does it."""
    fault = {"at": "read", "where": "estate.db_00.schema_0000.t0000003", "action": "freeze", "seconds": 60}
    with cluster(redis_url, f"sqlite:///{tmp_path / 'wild.db'}", tmp_path) as made:
        made.flusher()
        worker = made.start("worker", "--concurrency", "1", "--redis", redis_url)

        def end(ledger: SqlLedger) -> None:
            made.until(lambda: any(ledger.holders(run.id)[0] for run in ledger.open_runs()))
            (run,) = ledger.open_runs()
            (os.killpg if whole else os.kill)(worker.pid, number)
            assert worker.wait(PATIENCE) == 0, made.log(worker)
            assert ledger.holders(run.id)[0] == set()
            assert [unit for unit in ledger.units(run.id) if unit.attempts or unit.crashes] == []
            assert live(ledger.db, "child") == [], "nobody of it stands in top any more"
            ledger.end(run.id, state="cancelled", reason="seen", now=0.0)

        made.crawl(fake(schemas=1, faults=[fault]), end)
        assert not any(word in made.log(worker) for word in AGAIN), made.log(worker)


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("kind", ["scheduler", "flusher", "publisher"])
def test_the_others_leave_as_well(kind: str, number: signal.Signals, redis_url: str, tmp_path: Path) -> None:
    with cluster(redis_url, f"sqlite:///{tmp_path / 'wild.db'}", tmp_path) as made:
        process = made.start(kind)
        made.until(lambda: _known(made, kind) or process.poll() is not None)
        process.send_signal(number)
        assert process.wait(PATIENCE) == 0, made.log(process)
        assert not any(word in made.log(process) for word in AGAIN)
        assert not _known(made, kind), "it has said good-bye"


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("number", SIGNALS)
def test_a_crawl_can_be_resumed(number: signal.Signals, workers: str, tmp_path: Path) -> None:
    with _crawling(tmp_path, workers) as process:
        process.send_signal(number)
        told = b"".join(process.communicate(timeout=PATIENCE))
    assert process.returncode == 130, told
    assert b"resume" in told


def test_what_nohup_ignores_stays_ignored() -> None:
    code = (
        "import signal; from workers.process.signals import ending; "
        "print([each.name for each in ending()]); signal.signal(signal.SIGHUP, signal.SIG_IGN); "
        "print([each.name for each in ending()])"
    )
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE)
    assert told.stdout.splitlines() == ["['SIGTERM', 'SIGHUP', 'SIGQUIT']", "['SIGTERM', 'SIGQUIT']"]


def _known(made: Cluster, kind: str) -> bool:
    with closing(open_database(made.catalog)) as db:
        return bool(live(db, kind))


def _crawling(folder: Path, workers: str) -> subprocess.Popen[bytes]:
    """A crawl whose source is slow, once it has begun."""
    recipe = folder / "shop.yml"
    recipe.write_text(
        'service: {name: shop, type: "specs.testing.fake:spec"}\n'
        "connection: {schemas: 40, tables: 400, page: 10, latency: 200}\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", "from scheduler.cli.cli import main; main()", "crawl", recipe, "--catalog",
         folder / "c.db", "--workers", workers],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    assert process.stderr is not None
    while b"units" not in (line := process.stderr.readline()):
        assert line, "it ended early"
    return process
