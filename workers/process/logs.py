"""Log lines on stderr, for people or one JSON object each; each tells whose unit it is about."""

from __future__ import annotations

import json
import logging
import re
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from specs.recipe.allow_list import shown
from workers.process.foreign_output import catch

_ABOUT: ContextVar[Mapping[str, str] | None] = ContextVar("about", default=None)
logging.getLogger("headrace").addHandler(logging.NullHandler())  # a command without a log writes none of it
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_PASSWORD = re.compile(r"(://[^:/@\s]*):[^@/\s]*@")
_URL = re.compile(r"\b[\w+.-]+://[^\s\'\"<>]+\?[^\s\'\"<>]+")
"""URLs with parameters."""


@contextmanager
def context(*, run: str | None = None, unit: str | None = None, fence: int | None = None) -> Iterator[None]:
    """What every line that is logged within is about. Contexts nest; a thread started within has none of it."""
    given = {"run": run, "unit": unit, "fence": fence}
    added = {name: str(value) for name, value in given.items() if value is not None}
    token = _ABOUT.set({**about(), **added})
    try:
        yield
    finally:
        _ABOUT.reset(token)


def about() -> Mapping[str, str]:
    """``run``, ``unit`` and ``fence`` as far as they are known here. Thread and task have their own."""
    return _ABOUT.get() or {}


class Json(logging.Formatter):
    """One JSON object: time, level, logger, kind of process, pid, message; run, unit and fence where they are known."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self._kind = kind

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "process": self._kind,
            "pid": record.process,
            **about(),
            "message": masked(record.getMessage()),
        }
        if record.exc_info:
            line["traceback"] = masked(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


class Plain(logging.Formatter):
    """``2026-11-22 21:15:30,123 WARNING worker[42] headrace.worker: message  run=... unit=... fence=...``"""

    def __init__(self, kind: str) -> None:
        super().__init__(f"%(asctime)s %(levelname)s {kind or 'process'}[%(process)d] %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:
        known = " ".join(f"{name}={value}" for name, value in about().items())
        text = _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", masked(super().formatMessage(record)))
        return text + (f"  {known}" if known else "")

    def formatException(self, ei: object) -> str:
        return masked(super().formatException(ei))  # type: ignore[arg-type]


def masked(text: str) -> str:
    """``text`` without passwords of URLs: what other libraries log is not ours to trust."""
    return _URL.sub(lambda found: shown(found[0]), _PASSWORD.sub(r"\1:***@", text))


def _stray(line: str) -> None:
    logging.getLogger("stderr").warning("%s", line)


def setup(*, as_json: bool = False, kind: str = "") -> None:
    """Send everything from level INFO on to stderr; our own way, in every process of a cluster.

    ``kind`` says what this process is: scheduler, worker, flusher, publisher. As JSON, what others write to stderr
    becomes lines of the log: every line is one object.
    """
    formatter = Json(kind) if as_json else Plain(kind)
    handler = logging.StreamHandler(catch(_stray) if as_json else sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    logging.getLogger("celery.worker.strategy").setLevel(logging.WARNING)  # a line per hint says nothing
    logging.getLogger("celery.app.trace").setLevel(logging.WARNING)
