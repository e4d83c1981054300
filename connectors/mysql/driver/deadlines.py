"""How long a MySQL or MariaDB server is waited for besides what ``Limits`` say."""

from __future__ import annotations

from connectors.common.sql.driver import grace
from specs.config import Limits


def silence(limits: Limits) -> float:
    """Seconds that the network may be silent while a statement runs."""
    return limits.statement_timeout + grace(limits)


def of_session(limits: Limits, *, maria: bool) -> str:
    """The settings of a session that bound its statements: seconds, but for MySQL's statements, in milliseconds."""
    seconds = limits.statement_timeout
    milliseconds = max(1, round(seconds * 1000))
    statement = f"max_statement_time = {seconds:.3f}" if maria else f"max_execution_time = {milliseconds}"
    return f"{statement}, lock_wait_timeout = {max(1, round(limits.lock_timeout))}"
