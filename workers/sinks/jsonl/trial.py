"""Checks whether the file of a jsonl sink could be written, without writing it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from specs.errors import Fatal
from workers.sinks.jsonl.config import JsonlConfig


def tried(config: JsonlConfig) -> str:
    """The finding as a line for people. Raises ``Fatal`` when the file can be neither created nor replaced."""
    path = Path(config.path)
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
