"""Log lines on stderr, as text for people or as one JSON object each; each names the run and unit that it is about."""

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
logging.getLogger("headrace").addHandler(logging.NullHandler())  # without it, Python prints warnings before ``setup``
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_PASSWORD = re.compile(r"(://[^:/@\s]*):[^@/\s]*@")
_URL = re.compile(r"\b[\w+.-]+://[^\s\'\"<>]+\?[^\s\'\"<>]+")
"""URLs with parameters, which may hold secrets."""


@contextmanager
def context(*, run: str | None = None, unit: str | None = None, fence: int | None = None) -> Iterator[None]:
    """Add the run, unit and fence to every line that is logged within the block. Contexts nest; a thread that is
    started within the block does not inherit them."""
    given = {"run": run, "unit": unit, "fence": fence}
    added = {name: str(value) for name, value in given.items() if value is not None}
    token = _ABOUT.set({**about(), **added})
    try:
        yield
    finally:
        _ABOUT.reset(token)


def about() -> Mapping[str, str]:
    """The ``run``, ``unit`` and ``fence`` of the present context; a name that is not known is missing. Each thread and
    each asyncio task has its own."""
    return _ABOUT.get() or {}


class Json(logging.Formatter):
    """Formats a line as one JSON object: time, level, logger, kind of process, pid, message; run, unit and fence where
    they are known."""

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
    """``text`` without the passwords and secret parameters of URLs: other libraries log URLs as they are."""
    return _URL.sub(lambda found: shown(found[0]), _PASSWORD.sub(r"\1:***@", text))


def _stray(line: str) -> None:
    logging.getLogger("stderr").warning("%s", line)


def setup(*, as_json: bool = False, kind: str = "") -> None:
    """Log everything from level INFO on to stderr, in the same format in every process of a cluster.

    ``kind`` says what this process is: scheduler, worker, flusher, publisher. With ``as_json``, text that other
    libraries write to stderr is logged too, so that every line on stderr is one JSON object.
    """
    formatter = Json(kind) if as_json else Plain(kind)
    handler = logging.StreamHandler(catch(_stray) if as_json else sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    logging.getLogger("celery.worker.strategy").setLevel(logging.WARNING)  # it logs a line for every hint
    logging.getLogger("celery.app.trace").setLevel(logging.WARNING)
