"""Text that other libraries write to stderr, where the log is JSON: each line of it becomes a line of the log, so that
every line on stderr is one JSON object."""

from __future__ import annotations

import io
import json
import logging
import sys
import threading
from collections.abc import Callable
from typing import TextIO

LINE_CHARACTERS = 65_536
"""Most characters that are kept of a line whose end has not been written yet; a longer one is logged in pieces."""
log = logging.getLogger("headrace")


class Strays(io.TextIOBase):
    """Replaces ``sys.stderr``: each complete line that is written to it is handed to ``tell``.

    ``stream`` is the real stderr. A line that is a JSON object is written there unchanged: it is a log line that
    another Headrace process wrote.
    """

    def __init__(self, stream: TextIO, tell: Callable[[str], None]) -> None:
        self.stream, self._tell = stream, tell
        self._rest = ""
        self._writing = threading.RLock()

    def write(self, text: str) -> int:
        with self._writing:
            *whole, self._rest = (self._rest + text).split("\n")
            if len(self._rest) > LINE_CHARACTERS:
                whole, self._rest = [*whole, self._rest], ""
        for line in whole:
            if _is_object(line):  # a log line of another process of ours
                self.stream.write(f"{line}\n")
                self.stream.flush()
            elif line.strip():
                self._tell(line)
        return len(text)

    def flush(self) -> None:
        self.stream.flush()

    def fileno(self) -> int:
        return self.stream.fileno()

    def isatty(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    @property
    def encoding(self) -> str:  # type: ignore[override]
        return "utf-8"


def _is_object(line: str) -> bool:
    if not line.startswith("{"):
        return False
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def catch(tell: Callable[[str], None]) -> TextIO:
    """Replace ``sys.stderr`` by ``Strays`` and return the real one; log warnings, and errors that no code handles.

    May be called again: the real stderr stays the same, the last ``tell`` counts.
    """
    stream = sys.stderr.stream if isinstance(sys.stderr, Strays) else sys.stderr
    sys.stderr = sys.__stderr__ = Strays(stream, tell)  # type: ignore[assignment,misc]
    logging.captureWarnings(True)

    def unhandled(type_: type[BaseException], error: BaseException, trace: object) -> None:
        if issubclass(type_, Exception):
            log.critical("internal error", exc_info=(type_, error, trace))  # type: ignore[arg-type]

    def in_thread(broken: threading.ExceptHookArgs) -> None:
        if broken.exc_value is not None:
            unhandled(broken.exc_type, broken.exc_value, broken.exc_traceback)

    def ignored(broken: sys.UnraisableHookArgs) -> None:
        if broken.exc_value is not None:
            unhandled(broken.exc_type, broken.exc_value, broken.exc_traceback)

    sys.excepthook, threading.excepthook, sys.unraisablehook = unhandled, in_thread, ignored
    return stream
