"""How long a MySQL or MariaDB server is waited for besides what ``Limits`` say."""

from __future__ import annotations

from specs.config import Limits

GRACE_SECONDS = 30.0
"""What a statement may take beyond its own timeout before the connection is given up."""
LEAST_GRACE_SECONDS = 5.0
"""The grace is no longer than the timeout of a statement itself, but as long as this."""
CANCEL_SECONDS = 2.0
"""How long the second connection, which stops a statement, may take to be made."""


def silence(limits: Limits) -> float:
    """Seconds that the network may be silent while a statement runs."""
    return limits.statement_timeout + min(GRACE_SECONDS, max(LEAST_GRACE_SECONDS, limits.statement_timeout))


def of_session(limits: Limits, *, maria: bool) -> str:
    """The settings of a session that bound its statements: seconds, but for MySQL's statements, in milliseconds."""
    seconds = limits.statement_timeout
    milliseconds = max(1, round(seconds * 1000))
    statement = f"max_statement_time = {seconds:.3f}" if maria else f"max_execution_time = {milliseconds}"
    return f"{statement}, lock_wait_timeout = {max(1, round(limits.lock_timeout))}"
