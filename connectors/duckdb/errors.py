"""Errors of DuckDB, named by what to do next."""

from __future__ import annotations

import duckdb

from specs.errors import Fatal, HeadraceError, Retry, Skip
from specs.errors.mistakes import told


def classify(error: Exception, where: str, statement_timeout: float) -> HeadraceError:
    """See ``Driver.classify``; ``statement_timeout`` in seconds.

    ``Retry``: memory is short (``memory``). ``Fatal``: another process has the file (``lock``), or it is damaged
    (``not_a_database``). ``Skip``: a statement took too long (``timeout``), or failed in another way (``error``).
    """
    if isinstance(error, HeadraceError):
        return error
    if not isinstance(error, duckdb.Error):
        return Skip(told(error), where, reason="error")
    text = str(error).split("\n", 1)[0]
    if isinstance(error, duckdb.InterruptException):
        return Skip(f"a statement was interrupted (limit {statement_timeout:g} s)", where, reason="timeout")
    if "lock on file" in text or "different configuration" in text:
        remedy = "close the process that has the file open for writing, or crawl a copy of it"
        return Fatal(f"the database is in use: {text}", where, remedy, reason="lock")
    if isinstance(error, duckdb.FatalException | duckdb.InternalException) or "orrupt" in text:
        return Fatal(f"the database cannot be read: {text}", where, "test the file", reason="not_a_database")
    if isinstance(error, duckdb.OutOfMemoryException):
        return Retry(text, where, reason="memory")
    return Skip(text, where, reason="error")
