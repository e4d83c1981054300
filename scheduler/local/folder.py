"""The folder of a local cluster: its data, the URLs of its servers, and the lock that is held while it runs."""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from specs.errors import Fatal, UsageError

REDIS, CATALOG = "redis.url", "catalog.url"
_LOCK = "up.lock"


def default_folder() -> Path:
    """The folder of a cluster when none is named: in the user's data directory, or ``/var/lib/headrace`` for root.

    PostgreSQL does not run as root, and the account that it runs as may not enter root's home directory. When
    ``XDG_DATA_HOME`` is set, root's cluster is there too.
    """
    if os.geteuid() == 0 and not os.environ.get("XDG_DATA_HOME"):
        return Path("/var/lib/headrace")
    from platformdirs import user_data_path

    return user_data_path("headrace") / "cluster"


class Folder:
    """Files of one cluster. ``made`` makes sure that the folder can be used."""

    def __init__(self, path: Path) -> None:
        self.path = path.expanduser().absolute()

    def made(self) -> Folder:
        """Create the folder if it is missing, check that it can be written, and return this object.

        Raises ``UsageError`` when it cannot be written.
        """
        try:
            new = not self.path.exists()
            self.path.mkdir(parents=True, exist_ok=True)
            if new:  # the servers' accounts have to reach their own folders in it, and may see nothing else
                self.path.chmod(0o711)
            probe = self.path / ".probe"
            probe.touch()
            probe.unlink()
        except OSError as error:
            what = f"the cluster's folder cannot be written: {error.strerror}"
            raise UsageError(what, str(self.path), "name another one with --folder") from None
        return self

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Lock the folder while the block runs; the kernel frees the lock when this process ends, in whatever way.

        Raises ``Fatal`` when another process holds the lock: a cluster runs in this folder.
        """
        with self._file(_LOCK).open("a+", encoding="ascii") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.seek(0)
                holder = lock.read().strip() or "unknown"
                what = f"a cluster is up in this folder already (process {holder})"
                raise Fatal(
                    what, str(self.path), "stop it, or name another folder with --folder", reason="up"
                ) from None
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            yield

    def up(self) -> bool:
        """Whether a cluster runs in this folder now."""
        try:
            with self._file(_LOCK).open("r", encoding="ascii") as lock:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def word(self, name: str) -> str:
        """The password of the server ``name``; a random one is made and stored at the first call."""
        file = self._file(f"{name}.password")
        if not file.exists():
            self.keep(file.name, secrets.token_hex(16))
        return file.read_text("ascii")

    def keep(self, name: str, text: str) -> Path:
        """Write a file that only this user may read, and return its path. It is replaced as a whole, never in part."""
        file = self._file(name)
        aside = file.with_suffix(".new")
        aside.unlink(missing_ok=True)
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
            stream.write(text)
        aside.replace(file)
        return file

    def url(self, name: str) -> str:
        """The URL of a server (``REDIS`` or ``CATALOG``), with its password."""
        return self._file(name).read_text("utf-8")

    def port(self, name: str) -> int | None:
        """The port that a server had the last time, so that it can have it again; ``None`` for a new server."""
        try:
            return int(self._file(name).read_text("utf-8").rpartition(":")[2].partition("/")[0])
        except (OSError, ValueError):
            return None

    def environment(self) -> dict[str, str]:
        """The environment variables by which other processes find this cluster: names of files, no secrets."""
        return {
            "HEADRACE_REDIS_FILE": str(self._file(REDIS)),
            "HEADRACE_CATALOG_FILE": str(self._file(CATALOG)),
        }

    def _file(self, name: str) -> Path:
        return self.path / name


def found(path: Path | None = None) -> dict[str, str]:
    """The environment variables of the cluster that runs in ``path`` (``None``: the default folder); empty when none
    runs there."""
    folder = Folder(path or default_folder())
    return folder.environment() if folder.up() else {}
