"""Errors, named by what the program does next.

::

    HeadraceError
     ├── Retry   transient: try the unit again, after ``delay`` seconds
     ├── Skip    this object only: it becomes one ``failed`` outcome
     ├── Stop    this scope: denied or unsupported, its receipt is incomplete
     └── Fatal   this run: bad recipe, wrong password, foreign server; in a part beside metadata, that part
          └── UsageError    the person's input: exit code 1

A message says what happened, where (FQN or URL without secrets) and what to do. Errors can be pickled, because worker
processes send them to their parent.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any


class HeadraceError(Exception):
    """Base of all errors that Headrace raises on purpose.

    ``where`` is an FQN, file or URL without secrets; ``remedy`` says what a person can do; ``reason`` is a short class
    of the failure (``denied``, ``timeout``, ``lock``, ``connection`` ...) by which failed outcomes are grouped;
    ``delay`` are the seconds after which to try again. ``exit_code`` is that of a command that ends with this error.
    """

    exit_code = 3
    kind = ""
    """The default of ``reason``; where it is empty, the class's name in lower case is."""

    def __init__(
        self, what: str, where: str = "", remedy: str = "", *, reason: str = "", delay: float | None = None
    ) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.remedy = remedy
        self.reason = reason or self.kind or type(self).__name__.lower()
        self.delay = delay

    def __str__(self) -> str:
        place = f" ({self.where})" if self.where else ""
        remedy = f"; {self.remedy}" if self.remedy else ""
        return f"{self.what}{place}{remedy}"

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.__dict__.copy())


def _rebuild(cls: type[HeadraceError], state: dict[str, Any]) -> HeadraceError:
    error = cls.__new__(cls)
    Exception.__init__(error, state["what"])
    error.__dict__.update(state)
    return error


class Retry(HeadraceError):
    """Transient: the connection was lost, the server starts, the source throttles. ``delay`` is in seconds, ``None``
    when the source named none."""


class Skip(HeadraceError):
    """This object cannot be read: it becomes a failed outcome, and the walk of its scope goes on."""


class Stop(HeadraceError):
    """This scope cannot be listed (denied, unsupported); the units of other scopes go on."""


class Fatal(HeadraceError):
    """This run cannot go on. Exit code 2: the source is unreachable or refused us. Raised by the source of a part
    beside metadata it ends that part only, and the run is partial."""

    exit_code = 2


class UsageError(Fatal):
    """The recipe or the command line is wrong. Exit code 1."""

    exit_code = 1
    kind = "usage"


def known_values(what: str, given: str, known: Iterable[str], *, where: str = "", remedy: str = "") -> UsageError:
    """A ``UsageError`` for an unknown name that lists the known ones, the nearest first.

    >>> str(known_values("unknown connector", "postgre", ["mysql", "postgres"]))
    "unknown connector 'postgre'; did you mean 'postgres'? known: mysql, postgres"
    """
    names = sorted(known)
    near = difflib.get_close_matches(given, names, n=1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    listing = f"{hint}known: {', '.join(names) or 'none'}"
    return UsageError(f"{what} {given!r}", where, f"{listing}; {remedy}" if remedy else listing, reason="unknown")
