"""Tries whether a sink would take what a run brings, without bringing anything."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from specs.errors import Fatal
from specs.recipe.recipe import ServiceRef
from workers.sinks import Configured
from workers.sinks.jsonl import JsonlConfig


def tried(sink: Configured, service: ServiceRef) -> str:
    """What was seen, in words. Others get an empty batch of changes, which a receiver acknowledges like any other.

    Raises what a delivery raises: ``Retry`` when the sink is away, ``Skip`` or ``Fatal`` when it refuses us.
    """
    if isinstance(sink.config, JsonlConfig):
        return _file(Path(sink.config.path))
    made = sink.changes(service)
    try:
        made.deliver([])
    finally:
        made.close()
    return "answers, and takes changes from us"


def _file(path: Path) -> str:
    remedy = "make the folder and let us write there, or choose another path"
    if not path.parent.is_dir():
        raise Fatal("cannot write: there is no such folder", str(path.parent), remedy, reason="sink")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise Fatal("cannot write into the folder", str(path.parent), remedy, reason="sink")
    try:
        found = path.lstat()
    except FileNotFoundError:
        return f"{path} can be made"
    if not stat.S_ISREG(found.st_mode):
        raise Fatal("cannot write: this is no plain file", str(path), "choose another path", reason="sink")
    return f"{path} can be replaced"
