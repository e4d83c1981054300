"""Whether a file could be written, found out without writing it."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from specs.contracts.sink import Mode
from specs.errors import Fatal

ELSEWHERE = "choose another path"


def writable(path: Path, mode: Mode) -> str:
    """The finding as a line for people. Raises ``Fatal`` when the file cannot be written in the sink's mode."""
    return _appended(path) if mode == "changes" else _replaced(path)


def _replaced(path: Path) -> str:
    """A snapshot is another file that is renamed: the folder counts, and a link is replaced like a file."""
    _folder(path.parent)
    try:
        found = path.lstat()
    except FileNotFoundError:
        return f"{path} can be made"
    if not (stat.S_ISREG(found.st_mode) or stat.S_ISLNK(found.st_mode)):
        raise Fatal("cannot write: this is no plain file", str(path), ELSEWHERE, reason="sink")
    return f"{path} can be replaced"


def _appended(path: Path) -> str:
    """Changes are appended to the file itself, also through a link: the folder counts only where there is none yet."""
    target = Path(os.path.realpath(path))
    if not target.exists():
        _folder(target.parent)
        return f"{path} can be made"
    if not target.is_file():
        raise Fatal("cannot append: this is no plain file", str(path), ELSEWHERE, reason="sink")
    if not os.access(target, os.R_OK | os.W_OK):  # it is read for an incomplete line at its end
        remedy = f"let us read and write it, or {ELSEWHERE}"
        raise Fatal("cannot append: we may not read and write this file", str(path), remedy, reason="sink")
    return f"{path} can be appended to"


def _folder(folder: Path) -> None:
    remedy = f"make the folder and let us write there, or {ELSEWHERE}"
    if not folder.is_dir():
        raise Fatal("cannot write: there is no such folder", str(folder), remedy, reason="sink")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise Fatal("cannot write into the folder", str(folder), remedy, reason="sink")
