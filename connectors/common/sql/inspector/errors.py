"""Errors of any database, named by what to do next: by codes where a driver has them, else by whole phrases."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from sqlalchemy import exc

from specs.errors import HeadraceError, Retry, Skip

_STATES = {
    "42501": "denied",
    "57014": "timeout",
    "HYT00": "timeout",
    "HYT01": "timeout",
    "55P03": "lock",
    "40P01": "lock",
}
_NUMBERS = {
    1044: "denied", 1045: "denied", 1142: "denied", 1143: "denied", 1227: "denied", 1370: "denied",
    1205: "lock", 1213: "lock", 1969: "timeout", 3024: "timeout",
}  # fmt: skip
"""Error numbers of MySQL and MariaDB."""
_PHRASES = (
    ("denied", r"(permission|access|authori[sz]ation) (is |was )?denied|insufficient privilege|not enough privileges"
               r"|(user|principal|role)\b.{0,80}\b(lacks?|does not have|has no|not authorized)\b"),
    ("lock", r"database (table )?is locked|lock (wait )?timeout|deadlock|could not (obtain|acquire) .{0,20}lock"),
    ("timeout", r"statement timeout|timed? ?out\b|timeout (was |is )?(exceeded|expired|reached)|^interrupt(ed)?\b"
                r"|(statement|query|operation|execution) .{0,30}(cancell?ed|interrupted)|cancell?ing statement"),
)  # fmt: skip
_MESSAGE_CHARACTERS = 500
_THRIFT = re.compile(r"""errorMessage=(?P<quote>['"])(?P<text>.*?)(?<!\\)(?P=quote)""", re.DOTALL)
_TRACE = re.compile(r"\\n|\n|\s+at [\w$.]+\([\w.]+:\d+\)|:\d+:\d+(?=$|\\)")


def classify(error: Exception, where: str, clean: Callable[[str], str], *, late: bool) -> HeadraceError:
    """See ``Driver.classify``. ``clean`` takes secrets out of a message; ``late``: the statement timeout is over.

    ``Retry`` (``connection``): the connection is lost. ``Skip``: the object is ``gone``; something about it is
    ``unsupported`` by the dialect; or its statement failed (``denied``, ``timeout``, ``lock``, ``error``).
    """
    if isinstance(error, HeadraceError):
        return error
    if isinstance(error, exc.DBAPIError):
        message = clean(words(error.orig or error))
        if error.connection_invalidated:
            return Retry(f"the connection is lost: {message}", where, reason="connection")
        found = "timeout" if late else reason(error.orig, message)
        return Skip(message, where, "grant the right to read it" if found == "denied" else "", reason=found)
    if isinstance(error, exc.NoSuchTableError):
        return Skip(f"{error} is not there any more", where, reason="gone")
    if isinstance(error, LookupError):
        return Skip(clean(str(error.args[0] if error.args else error)), where, reason="unsupported")
    return Skip(f"{type(error).__name__}: {clean(words(error))}", where, reason="error")


def words(error: BaseException) -> str:
    """The driver's own words on one line: without the statement, its parameters, and the server's stack trace."""
    whole = str(error).strip()
    told = _THRIFT.search(whole)
    first = next((part.strip() for part in _TRACE.split(told["text"] if told else whole) if part and part.strip()), "")
    return first[:_MESSAGE_CHARACTERS] or type(error).__name__


def reason(error: Any, told: str) -> str:
    """``denied``, ``timeout``, ``lock`` or ``error``; ``error`` is the driver's, ``told`` what ``words`` made of it."""
    state = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None)
    if isinstance(state, str) and state not in ("", "HY000"):
        return _STATES.get(state, "error")
    number = next(iter(getattr(error, "args", ())), None)
    if isinstance(number, int) and not isinstance(number, bool) and number in _NUMBERS:
        return _NUMBERS[number]
    return next((kind for kind, phrase in _PHRASES if re.search(phrase, told, re.IGNORECASE)), "error")
