"""Files with contents of the catalog: only their owner may read them, they are replaced as a whole, and never written
through a symbolic link."""

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
"""Permissions of a new file: only its owner may read and write it."""
BUFFER = 1 << 20
"""Bytes that are written to a file at a time."""


@contextmanager
def replacing(path: Path) -> Iterator[TextIO]:
    """A stream whose content replaces the file ``path`` at the end of the block: readers see the old file or the new
    one, never a part. An existing file's permissions stay. Raises ``OSError``; the old file stays then.

    Until then the content is in another file of the same folder, with a random name and opened so that it cannot be a
    link: no other user of the folder can redirect it. Such files of killed processes are removed.
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
    """Create an empty private file, unless there is a file of this name. Raises ``OSError`` when it cannot be
    created."""
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, MODE))


def opener(path: str, flags: int) -> int:
    """The ``opener`` argument of ``open`` that creates private files. Raises ``OSError``."""
    return os.open(path, flags, MODE)


def _claim(number: int) -> bool:
    """Lock a file that is being written; returns whether that succeeded. Where files cannot be locked, ``_sweep``
    removes none."""
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _sweep(path: Path) -> None:
    """Remove the temporary files of killed processes: those whose lock is free."""
    for left in path.parent.glob(f".{glob.escape(path.name)}.*.tmp"):
        with contextlib.suppress(OSError):
            number = os.open(left, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
            try:
                if stat.S_ISREG(os.fstat(number).st_mode) and _claim(number):
                    left.unlink()
            finally:
                os.close(number)


def _sync(folder: Path) -> None:
    """Write the folder's entries to disk, so that a power cut does not undo the rename."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
