"""Names psycopg's errors by what to do next."""

from __future__ import annotations

import re

import psycopg

from specs.errors import Fatal, HeadraceError, Retry, Skip, Stop
from specs.errors.mistakes import told

FULL_DELAY_SECONDS = 5.0
"""How long to wait for a place where all connections are taken."""
_RETRY = {
    "53300": (FULL_DELAY_SECONDS, "too many connections"),
    "57P01": (1.0, "the server closed the connection"),
    "57P02": (2.0, "the server crashed"),
    "57P03": (2.0, "the server is starting or stopping"),
    "57P05": (0.0, "the server closed an idle connection"),
    "25P03": (0.0, "the server closed an idle transaction"),
    "40001": (5.0, "conflict with recovery on the standby"),
}
"""States after which the same statement may work: seconds to wait, and what happened."""
_SKIP = {"55P03": "lock", "40P01": "lock", "57014": "timeout", "42501": "denied", "53200": "memory"}
_POOLED = "transaction blocks not allowed"
"""PgBouncer in statement mode; libpq gives it no error code of its own."""
_QUOTED = re.compile(r'"[^"]*"')


def classify(error: Exception, where: str, *, cancelled: bool = False, waited: float = 0.0) -> HeadraceError:
    """See ``Driver.classify``; ``cancelled``: we asked the server to stop the statement; ``waited``: after so many
    seconds without an answer we cut the line ourselves.

    ``Retry``: the connection is lost or there is none to be had (``connection``), we cancelled (``cancelled``), or no
    answer came (``deadline``). ``Fatal``: a pooler allows no transactions (``settings``). ``Skip``: the statement has
    failed (``lock``, ``timeout``, ``denied``, ``memory``, ``error``), or another session or an operator cancelled it
    (``cancelled``).
    """
    if isinstance(error, HeadraceError):
        return error
    if not isinstance(error, psycopg.Error):
        return Skip(told(error), where)
    state = error.sqlstate or ""
    message = _message(error)
    if state in _RETRY:
        delay, what = _RETRY[state]
        return Retry(f"{what}: {message}", where, reason="connection", delay=delay)
    if _POOLED in message:
        remedy = "use the pooler in transaction or session mode, or connect to the server itself"
        return Fatal("a connection pooler allows no transactions", where, remedy, reason="settings")
    if state == "57014" and cancelled:
        return Retry("the statement was cancelled", where, reason="cancelled")
    if state == "57014" and "user request" in message:
        remedy = "another session or an operator cancelled it: ask there, then headrace retry"
        return Skip(f"the statement was cancelled: {message}", where, remedy, reason="cancelled")
    if state in _SKIP:
        return Skip(message, where, _remedy(state), reason=_SKIP[state])
    if waited and not state:
        what = f"no answer within {waited:g} s, so we cut the connection"
        remedy = "see whether the network lets large answers pass (MTU, firewalls, proxies)"
        return Retry(what, where, remedy, reason="deadline")
    if state.startswith("08") or (not state and isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)):
        return Retry(f"connection lost: {message}", where, reason="connection")
    return Skip(message, where, reason="error")


def crowded(error: psycopg.Error) -> bool:
    """Whether a connection was refused because the database has as many as it may have."""
    return "too many connections for database" in _message(error).lower()


def refused(
    error: psycopg.Error, where: str, database: str, user: str | None, *, only: bool = False, full: bool = False
) -> HeadraceError:
    """What it means that a connection cannot be opened. libpq tells it in words only; names in them are ignored.

    ``only``: others of the server's databases were entered, so that a refusal says something about this one.
    ``full``: this database's connection limit is 0.

    ``Retry``: no server answers (``unreachable``), or all connections are taken (``connection``). ``Stop``, of this
    database: there is none (``missing``), or it lets us not in (``denied``, ``unsupported``, ``invalid``, ``limit``).
    ``Fatal``: the server refuses the role (``denied``), the encryption (``tls``) or the settings (``settings``).
    """
    message = _message(error).rpartition("failed: ")[2]
    words = _QUOTED.sub('""', message.lower())
    role = f'"{user}"' if user else "the crawling role"
    if error.sqlstate in _RETRY:
        return classify(error, where)
    if 'database "" does not exist' in words:
        return Stop(f"there is no database {database!r}", where, "check the database's name", reason="missing")
    if "permission denied for database" in words or "connect privilege" in words:
        remedy = f'GRANT CONNECT ON DATABASE "{database}" TO {role}'
        return Stop(f"access to database {database!r} is denied", where, remedy, reason="denied")
    if "not currently accepting connections" in words:
        return Stop(message, where, reason="unsupported")
    if "invalid database" in words:
        return Stop(invalid(database), where, INVALID, reason="invalid")
    if "too many connections for" in words:
        what = f"database {database!r}" if crowded(error) else f"role {role}"
        remedy = f"raise the connection limit of {what}, or lower limits.connections"
        if full:
            return Stop(f"{what} takes no connections: its connection limit is 0", where, remedy, reason="limit")
        crowd = f"{what} has as many connections as it may have"
        return Retry(crowd, where, remedy, reason="connection", delay=FULL_DELAY_SECONDS)
    if any(
        word in words for word in ("password", "authentication", "pg_hba.conf", 'role "" ', "not permitted to log in")
    ):
        if only:
            remedy = "allow it in the server's pg_hba.conf, or exclude the database (extract.metadata.databases)"
            return Stop(f"access to database {database!r} is denied: {message}", where, remedy, reason="denied")
        remedy = "check username and password, and the server's pg_hba.conf"
        return Fatal(f"the server refuses {role}: {message}", where, remedy, reason="denied")
    if any(word in words for word in ("certificate", "does not support ssl", "ssl was required")):
        return Fatal(f"no encrypted connection: {message}", where, "check sslmode and the certificates", reason="tls")
    if "unsupported startup parameter" in words:
        remedy = "unset PGOPTIONS and other PG variables, or name it in the pooler's ignore_startup_parameters"
        return Fatal(f"a connection pooler refuses us: {message}", where, remedy, reason="settings")
    remedy = "check host and port, and that the server runs and listens there"
    return Retry(f"the server cannot be reached: {message}", where, remedy, reason="unreachable")


def invalid(database: str) -> str:
    return f"database {database!r} is invalid: DROP DATABASE was interrupted in it"


INVALID = "finish it with DROP DATABASE"


def _remedy(state: str) -> str:
    if state == "55P03":
        return "another session holds a lock; try later or raise limits.lock_timeout"
    if state == "57014":
        return "raise limits.statement_timeout, unless an operator cancelled it at the server"
    return ""


def _message(error: psycopg.Error) -> str:
    """The server's primary message in one line; never a statement, a parameter or a password."""
    text = error.diag.message_primary or str(error)
    return " ".join(text.split()).removeprefix("connection failed: ") or type(error).__name__
