"""How long a PostgreSQL server is waited for besides what ``Limits`` say, and how a line is cut when that is over."""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from typing import Any

from connectors.common.sql.driver import GRACE_SECONDS
from specs.config import Limits

IDLE_IN_TRANSACTION_SECONDS = 60.0
"""How long a transaction may do nothing, beyond the timeout of a statement, before the server ends it."""
KEEPALIVE_IDLE_SECONDS = 30
"""A line that is silent for so long is probed ..."""
KEEPALIVE_INTERVAL_SECONDS = 10
"""... every so many seconds ..."""
KEEPALIVES = 3
"""... so many times, before it counts as lost."""
LEAST_CONNECT_SECONDS = 2
"""libpq takes no shorter time for connecting."""


def of_connection(limits: Limits) -> dict[str, Any]:
    """The parameters of libpq that bound connecting, and the silence of a line: seconds, but for ``tcp_user_timeout``,
    which is in milliseconds."""
    return {
        "connect_timeout": max(LEAST_CONNECT_SECONDS, round(limits.connect_timeout)),
        "keepalives": 1,
        "keepalives_idle": KEEPALIVE_IDLE_SECONDS,
        "keepalives_interval": KEEPALIVE_INTERVAL_SECONDS,
        "keepalives_count": KEEPALIVES,
        "tcp_user_timeout": int((limits.statement_timeout + GRACE_SECONDS) * 1000),
    }


def of_transaction(limits: Limits) -> dict[str, str]:
    """The settings of a transaction that bound its statements, in milliseconds."""
    statement = round(limits.statement_timeout * 1000)
    return {
        "statement_timeout": str(statement),
        "lock_timeout": str(round(limits.lock_timeout * 1000)),
        "idle_in_transaction_session_timeout": str(statement + round(IDLE_IN_TRANSACTION_SECONDS * 1000)),
    }


def cut_line(descriptor: int) -> None:
    """Shut the socket down, so that a reader waiting on it wakes up with an error."""
    with suppress(OSError):
        line = socket.socket(fileno=os.dup(descriptor))
        with line:
            line.shutdown(socket.SHUT_RDWR)
