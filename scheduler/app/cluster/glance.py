"""Repeated readings of the state of one cluster, each given up after a few seconds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from scheduler.app.catalog.usability import location
from scheduler.app.cluster.top import View, ask_queue, look
from scheduler.app.deadline import ANSWER_SECONDS, asked
from workers.cluster.membership import sink
from workers.cluster.settings import Settings
from workers.store.database import SqlDatabase, open_database


@contextmanager
def glances(settings: Settings) -> Iterator[Callable[[], View]]:
    """Yields a function that reads the state of the cluster; connections are kept between two calls.

    The function raises ``Retry`` when the catalog does not answer in time, and the errors of opening it.
    """
    url = settings.catalog.get_secret_value()
    queue, opened = sink(settings), list[SqlDatabase]()

    def seen() -> View:
        waiting = ask_queue(queue)  # before a slow catalog is opened: one that then waits for Redis would be blamed
        if not opened:
            opened.append(open_database(url, create=False, timeout=ANSWER_SECONDS))
        return look(opened[0], queue, waiting)

    try:
        yield lambda: asked(seen).answer("the catalog", str(location(url)))
    finally:
        queue.close()
        for db in opened:
            db.close()
