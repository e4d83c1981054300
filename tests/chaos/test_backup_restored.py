"""A backup of the database that was taken in mid-run is restored when that run is long over: it ends again, and well.

Redis stays as it is: it holds nothing that the restored ledger could take for its own.
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import psycopg
import pytest

from scheduler.app.runs.cluster import enqueue
from scheduler.app.runs.results import summarise
from tests.chaos.proof import proof
from tests.chaos.waiting import wait, working
from tests.patience import PATIENCE
from tests.workers.cluster.rig import Cluster, cluster, fake, undisturbed
from workers.ledger import SqlLedger
from workers.store.database import open_database

pytestmark = [pytest.mark.chaos, pytest.mark.server]


def copy(url: str, name: str, onto: str) -> None:
    """Make the database ``onto`` a copy of ``name``, as a backup or its restoration does."""
    with psycopg.connect(url.rpartition("/")[0] + "/postgres", autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{onto}" WITH (FORCE)')
        end = time.monotonic() + PATIENCE
        while True:
            try:
                connection.execute(f'CREATE DATABASE "{onto}" TEMPLATE "{name}"')
                return
            except psycopg.errors.ObjectInUse:  # connections of killed processes go when the server notices
                assert time.monotonic() < end, "somebody is still connected"
                time.sleep(0.1)


def killed(made: Cluster) -> None:
    for process in made.processes:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def served(made: Cluster) -> None:
    made.start("scheduler")
    made.start("flusher")
    made.worker(1)


def ended(ledger: SqlLedger, run: str) -> bool:
    return not ledger.run(run).open


def test_a_restored_backup_ends_its_run(redis_url: str, postgres_database: str, tmp_path: Path) -> None:
    recipe = fake(schemas=6, tables=100, latency=60, page=50)
    calm = undisturbed(recipe, tmp_path)
    name = postgres_database.rpartition("/")[2]
    with cluster(redis_url, postgres_database, tmp_path) as made:
        served(made)
        run = enqueue(made.settings, recipe, wait=False)[0].id
        with made.ledger() as ledger:
            working(ledger, stored=50)
        killed(made)
        copy(postgres_database, name, f"{name}_backup")
        try:
            served(made)
            with made.ledger() as ledger:
                wait(lambda: ended(ledger, run))
            killed(made)
            copy(postgres_database, f"{name}_backup", name)
        finally:
            with psycopg.connect(postgres_database.rpartition("/")[0] + "/postgres", autocommit=True) as connection:
                connection.execute(f'DROP DATABASE IF EXISTS "{name}_backup" WITH (FORCE)')
        with made.ledger() as ledger:
            assert ledger.run(run).open, "the backup knows of an open run"
        served(made)
        with made.ledger() as ledger:
            wait(lambda: ended(ledger, run))
        db = open_database(postgres_database)
        summary = summarise(db, SqlLedger(db), SqlLedger(db).run(run), seconds=0.0)
        db.close()
        proof(made, summary, calm)
