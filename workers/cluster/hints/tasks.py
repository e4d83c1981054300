"""The one task, and the hints that start it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from celery import Celery
from kombu.exceptions import OperationalError

from workers.cluster.hints.app import TASK
from workers.process.governor.memory import give_back
from workers.queues.redis.link import Client

SLICE = 60.0
"""Seconds that one hint is worth: then a drain asks for another one."""


def register(app: Celery, drain: Callable[[float], bool], *, seconds: float = SLICE) -> None:
    """Make ``drain(seconds)``, which says whether there may be more to do, the application's task."""

    def body(queue: str) -> None:
        try:
            more = drain(seconds)
        except MemoryError:  # an escaping one would end the whole worker, and the next one with it
            give_back()
            more = True
        if more:
            hint(app, queue)

    app.task(name=TASK, ignore_result=True, bind=False)(body)


def hint(app: Celery, queue: str, count: int = 1) -> int:
    """Tell workers that there may be work. Returns how many hints were taken; a lost one is published again later."""
    for sent in range(count):
        try:
            app.send_task(TASK, (queue,), queue=queue, ignore_result=True, retry=False)
        except (OperationalError, OSError):
            return sent
        except Exception as error:  # what the broker's own library raises when it is full or out of reach
            if type(error).__module__.partition(".")[0] not in ("redis", "kombu"):
                raise
            return sent
    return count


def waiting(client: Client, prefix: str, queue: str) -> int:
    """Hints in a queue that no worker has taken yet."""
    found: Any = client.llen(f"{prefix}:hints:{queue}")
    return int(found)
