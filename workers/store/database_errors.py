"""The errors of the database of ledger and catalog as ``Retry``, ``Fatal`` or ``UsageError``."""

from __future__ import annotations

import sqlite3
from typing import Any

from specs.errors import Fatal, HeadraceError, Retry, UsageError

_CORRECT = "correct --catalog or HEADRACE_CATALOG"
_SQLITE = (
    ("disk is full", Fatal, "the disk is full", "free space; what was stored stays, and resume goes on from there"),
    ("readonly database", Fatal, "the catalog cannot be written", "make the file and its folder writable"),
    ("unable to open", Fatal, "the catalog cannot be opened", "check that folder and file exist and are writable"),
    ("not a database", UsageError, "the file is no SQLite database", "name another file with --catalog"),
    ("malformed", Fatal, "the catalog file is damaged", "restore it, or name another file with --catalog"),
    ("disk i/o error", Fatal, "the disk reports an error", "check the disk; what was stored stays"),
    ("locked", Retry, "another process holds the catalog's write lock", "end it, or wait"),
    ("too big", Fatal, "a value is too big for SQLite", "use a PostgreSQL catalog"),
)
_SQLSTATE = (
    ("53100", Fatal, "the catalog server's disk is full", "free space; what was stored stays"),
    ("53", Retry, "the catalog server is out of resources", "raise its limits, or wait"),
    ("25006", Fatal, "the catalog server is read-only", "name its primary with --catalog"),
    ("28", Fatal, "the catalog server refused user or password", _CORRECT),
    ("3D000", Fatal, "the catalog's database does not exist", "create it, or name another one with --catalog"),
    ("3F", Fatal, "the catalog's schema does not exist", "check search_path of the --catalog URL"),
    ("42501", Fatal, "the catalog server denies access", "GRANT this user CREATE and USAGE on the schema"),
    ("40", Retry, "the transaction collided with another one", "it is tried again"),
    ("55P03", Retry, "another session holds a lock in the catalog", "it is tried again"),
    ("57014", Retry, "a statement in the catalog took too long", "it is tried again"),
    ("57", Retry, "the catalog server is shutting down or starting", "it is tried again"),
    ("08", Retry, "the connection to the catalog server was lost", "it is tried again"),
)


def cause_of(error: Exception) -> Exception:
    """The driver's error: SQLAlchemy wraps it, and SQLite's comes as it is."""
    return getattr(error, "orig", None) or error


def translate(error: Exception, where: str) -> HeadraceError | None:
    """The error to raise in place of a database error (one of ``sqlite3``, a ``DBAPIError`` of SQLAlchemy or the
    ``TimeoutError`` of its pool); ``None`` for an error that can only be a bug in Headrace."""
    cause: Any = cause_of(error)
    if cause is error and not isinstance(error, sqlite3.Error):
        return Retry("no free connection to the catalog", where, "it is tried again", reason="catalog")
    state = getattr(cause, "sqlstate", None)
    if state:
        for prefix, kind, what, remedy in _SQLSTATE:
            if state.startswith(prefix):
                return kind(what, where, remedy, reason="collision" if prefix == "40" else "catalog")
        return None
    message = str(cause).lower()
    for words, kind, what, remedy in _SQLITE:
        if words in message:
            return kind(what, where, remedy, reason="catalog")
    if "resolve host" in message or "translate host" in message:
        what = "the name of the catalog server's host is unknown"
        return Retry(what, where, "correct the host in --catalog, or the name service", reason="catalog")
    if getattr(error, "connection_invalidated", False) or "connection" in message:
        return _unreachable(message, where)
    return None


def _unreachable(message: str, where: str) -> HeadraceError:
    if "password" in message or "authentication" in message:
        return Fatal("the catalog server refused user or password", where, _CORRECT, reason="catalog")
    if "does not exist" in message:
        return Fatal("the catalog's database or role does not exist", where, f"create it, or {_CORRECT}")
    return Retry("the catalog server cannot be reached", where, f"start it, or {_CORRECT}", reason="catalog")
