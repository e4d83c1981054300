"""Unexpected exceptions as text: mostly bugs in a connector, described for its author."""

from __future__ import annotations

import logging
import os
import sysconfig
import traceback
from pathlib import Path

_OURS = tuple(str(Path(__file__).parents[2] / name) + os.sep for name in ("specs", "workers", "scheduler"))
_LIBRARIES = tuple(sysconfig.get_path(name) + os.sep for name in ("stdlib", "purelib", "platlib"))
log = logging.getLogger("headrace.connector")


def told(error: BaseException) -> str:
    """The exception's type and text, and the connector's line that raised it: ``KeyError: 'x' (mine/source.py:42, in
    tables)``.

    With ``HEADRACE_DEBUG`` the traceback is logged, or printed to stderr in a process without a log.
    """
    if os.environ.get("HEADRACE_DEBUG"):
        if logging.getLogger().handlers:
            log.error("%s", type(error).__name__, exc_info=error)
        else:
            traceback.print_exception(error)
    place = _place(error)
    return f"{type(error).__name__}: {error}" + (f" ({place})" if place else "")


def _place(error: BaseException) -> str:
    """The innermost line that is neither Headrace's nor a library's; else the innermost that is not Headrace's, or the
    innermost of all."""
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return ""
    foreign = [frame for frame in frames if not frame.filename.startswith(_OURS)]
    own = [frame for frame in foreign if not frame.filename.startswith(_LIBRARIES)]
    frame = (own or foreign or list(frames))[-1]
    path = Path(frame.filename)
    return f"{path.parent.name}/{path.name}:{frame.lineno}, in {frame.name}"
