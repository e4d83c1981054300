"""The one task, and the hints that start it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from celery import Celery
from kombu.exceptions import OperationalError

from workers.cluster.hints.app import TASK
from workers.cluster.times import TASK_SECONDS
from workers.process.governor.memory import give_back
from workers.queues.redis.link import Client


def register(app: Celery, work: Callable[[float], bool], *, seconds: float = TASK_SECONDS) -> None:
    """Make ``work(seconds)`` the application's task; it returns whether there may be more units to claim."""

    def body(queue: str) -> None:
        try:
            more = work(seconds)
        except MemoryError:  # Celery would end the whole worker on it, and the next worker would meet it again
            give_back()
            more = True
        if more:
            hint(app, queue)

    app.task(name=TASK, ignore_result=True, bind=False)(body)


def hint(app: Celery, queue: str, count: int = 1) -> int:
    """Publish ``count`` hints that there may be units to claim; returns how many the broker took. A lost hint does no
    harm: the scheduler publishes it again."""
    for sent in range(count):
        try:
            app.send_task(TASK, (queue,), queue=queue, ignore_result=True, retry=False)
        except (OperationalError, OSError):
            return sent
        except Exception as error:  # the broker's own library raises its errors when it is full or unreachable
            if type(error).__module__.partition(".")[0] not in ("redis", "kombu"):
                raise
            return sent
    return count


def waiting(client: Client, prefix: str, queue: str) -> int:
    """The number of hints in a queue that no worker has taken yet. Raises the errors of redis-py."""
    found: Any = client.llen(f"{prefix}:hints:{queue}")
    return int(found)
