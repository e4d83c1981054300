"""Checks whether a receiver or file would take events, without sending any."""

from __future__ import annotations

from pathlib import Path

from workers.sinks.common.writable_file import writable
from workers.sinks.openlineage.changes import http
from workers.sinks.openlineage.config import OpenLineageConfig

NO_EVENT = frozenset({400, 404, 405, 406, 415, 422, 501})
"""Answers to a request that is no event, of a server that takes them: the path is only known for POST."""


def tried(config: OpenLineageConfig) -> str:
    """The finding as a line for people. Raises ``Fatal`` when the file cannot be written or the receiver refuses us,
    and ``Retry`` when it is away."""
    if config.path is not None:
        return writable(Path(config.path), config.mode)
    receiver = http(config)
    assert receiver is not None
    try:
        receiver.send("GET", config.endpoint, fine=NO_EVENT, contents=())
    finally:
        receiver.close()
    return "answers; whether it takes events shows when there is one"
