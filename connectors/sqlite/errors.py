"""Errors of SQLite, named by what to do next."""

from __future__ import annotations

import sqlite3

from specs.errors import Fatal, HeadraceError, Retry, Skip
from specs.errors.mistakes import told

_LOST = ("disk i/o error", "locking protocol")


def classify(error: Exception, where: str, statement_timeout: float, *, late: bool) -> HeadraceError:
    """See ``Driver.classify``; ``late``: the statement timeout, in seconds, is over.

    ``Retry``: the file is locked (``lock``), or reading was cut off (``connection``). ``Fatal``: SQLite does not
    understand the schema (``schema``) or the file (``not_a_database``), or may not open it (``denied``). ``Skip``: a
    statement took too long (``timeout``), or failed in another way (``error``).
    """
    if isinstance(error, HeadraceError):
        return error
    if not isinstance(error, sqlite3.Error):
        return Skip(told(error), where, reason="error")
    text = str(error)
    lower = text.lower()
    if "interrupted" in lower and late:
        return Skip(f"a statement took longer than {statement_timeout:g} s", where, reason="timeout")
    if "locked" in lower or "busy" in lower:
        return Retry(f"the database is locked: {text}", where, "stop the writer, or crawl later", reason="lock")
    if "malformed database schema" in lower:
        remedy = f"a newer SQLite than {sqlite3.sqlite_version}, which reads here, may have written it"
        return Fatal(f"SQLite does not understand the schema: {text}", where, remedy, reason="schema")
    if "not a database" in lower or "malformed" in lower:
        remedy = "encrypted files are not supported; test the file with: PRAGMA integrity_check"
        return Fatal(f"the file is not a usable SQLite database: {text}", where, remedy, reason="not_a_database")
    if "unable to open" in lower:
        return Fatal(f"cannot open the database: {text}", where, "check the rights on file and folder", reason="denied")
    if any(words in lower for words in _LOST) or "interrupted" in lower:
        return Retry(f"reading was cut off: {text}", where, reason="connection")
    return Skip(text, where, reason="error")
