"""Files that hold what a catalog holds: for their owner alone, replaced as a whole, never written through a link."""

from __future__ import annotations

import contextlib
import fcntl
import glob
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

MODE = 0o600
BUFFER = 1 << 20


@contextmanager
def replacing(path: Path) -> Iterator[TextIO]:
    """A stream whose content takes the place of ``path`` at the end of the block: readers see the old file or the new
    one, never a part. Where there is a file already, its permissions stay. Raises ``OSError``; the old file stays then.

    What is written lies aside until then, in a file that did not exist before: whoever else may write to that folder
    can neither foresee its name nor have it lead elsewhere. Such files of processes that were killed are removed.
    """
    _sweep(path)
    aside = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(8)}.tmp")
    number = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, MODE)
    try:
        with open(number, "w", encoding="utf-8", buffering=BUFFER, newline="") as stream:
            _claim(number)
            yield stream
            stream.flush()
            with contextlib.suppress(FileNotFoundError):
                before = os.lstat(path).st_mode
                if stat.S_ISREG(before):
                    os.fchmod(number, stat.S_IMODE(before) & 0o777)
            os.fsync(number)
            os.replace(aside, path)
        _sync(path.parent)
    finally:
        with contextlib.suppress(OSError):
            aside.unlink()


def create(path: Path) -> None:
    """Make an empty file of our own where there is none; what is there stays as it is. Raises ``OSError``."""
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, MODE))


def opener(path: str, flags: int) -> int:
    """For ``open``: what is created is ours alone."""
    return os.open(path, flags, MODE)


def _claim(number: int) -> bool:
    """Say that somebody writes this file. Where files cannot be locked, nothing is ever swept either."""
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _sweep(path: Path) -> None:
    """Remove what killed processes left aside: files of that name that nobody writes any more."""
    for left in path.parent.glob(f".{glob.escape(path.name)}.*.tmp"):
        with contextlib.suppress(OSError):
            number = os.open(left, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
            try:
                if stat.S_ISREG(os.fstat(number).st_mode) and _claim(number):
                    left.unlink()
            finally:
                os.close(number)


def _sync(folder: Path) -> None:
    """Make the rename durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
