"""Metrics of the processes of one machine: what ``--metrics HOST:PORT`` of a worker, flusher or publisher answers."""

from __future__ import annotations

from workers.metrics import processes
from workers.metrics.text import MetricsPage
from workers.process import liveness
from workers.store.database import SqlDatabase


def local(db: SqlDatabase) -> str:
    """Memory and counters of every process of this host: a worker's pool processes are among them."""
    page = MetricsPage()
    processes.add(page, db, host=liveness.name().rsplit(":", 2)[0] + ":")
    return page.text()
