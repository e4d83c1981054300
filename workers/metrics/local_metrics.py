"""Metrics of the processes of one machine, for ``--metrics HOST:PORT`` of a worker, flusher or publisher."""

from __future__ import annotations

from workers.metrics import processes
from workers.metrics.text import MetricsPage
from workers.process import liveness
from workers.store.database import SqlDatabase


def local(db: SqlDatabase) -> str:
    """The memory and counters of every process of this machine, pool processes included, in Prometheus' text format.

    Raises ``Retry`` while the database is unavailable.
    """
    page = MetricsPage()
    processes.add(page, db, host=liveness.name().rsplit(":", 2)[0] + ":")
    return page.text()
