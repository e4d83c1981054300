"""What Celery's consumer of hints leaves behind when Redis refuses commands in the middle of it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from celery import Celery
from celery.exceptions import CPendingDeprecationWarning
from kombu import Connection
from redis.exceptions import ResponseError

from workers.cluster.hints.consumer import Prompt


def test_the_connection_that_was_refused_is_closed() -> None:
    """An open one goes on being polled, and ends the worker once a task that came through it is done."""
    turns: list[int] = []
    consumer = Prompt.__new__(Prompt)
    consumer.app = Celery(set_as_current=False)
    consumer.controller = SimpleNamespace(turned=lambda: turns.append(1))
    consumer.pool, consumer.prefetch_multiplier, consumer.qos_global = SimpleNamespace(num_processes=1), 1, False
    broken = consumer.connection = Connection("memory://")
    broken.connect()
    with pytest.warns(CPendingDeprecationWarning):
        consumer.on_connection_error_after_connected(ResponseError("MISCONF cannot save"))
    assert consumer.connection is None
    assert not broken.connected
    assert turns == [1]
