"""The folder of a local cluster: its data, how to reach it, and the lock that says that it is up."""

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
    """Where the cluster lies unless it is said: in the user's data directory, or below ``/var/lib`` for root.

    PostgreSQL does not run as root, and the account that it runs as may not enter root's home. ``XDG_DATA_HOME`` says
    otherwise.
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
        try:
            new = not self.path.exists()
            self.path.mkdir(parents=True, exist_ok=True)
            if new:  # others may pass through to what is theirs in it, and see nothing else
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
        """Hold the folder while the block runs; it is free again when this process ends, however it ends.

        Raises ``Fatal`` when another one holds it.
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
        """Whether a cluster is up here now."""
        try:
            with self._file(_LOCK).open("r", encoding="ascii") as lock:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return False

    def word(self, name: str) -> str:
        """A password of this cluster, made when it is first asked for."""
        file = self._file(f"{name}.password")
        if not file.exists():
            self.keep(file.name, secrets.token_hex(16))
        return file.read_text("ascii")

    def keep(self, name: str, text: str) -> Path:
        """Write a file that only we may read."""
        file = self._file(name)
        aside = file.with_suffix(".new")
        aside.unlink(missing_ok=True)
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
            stream.write(text)
        aside.replace(file)
        return file

    def url(self, name: str) -> str:
        return self._file(name).read_text("utf-8")

    def port(self, name: str) -> int | None:
        """The port that a server had the last time, so that it has it again."""
        try:
            return int(self._file(name).read_text("utf-8").rpartition(":")[2].partition("/")[0])
        except (OSError, ValueError):
            return None

    def environment(self) -> dict[str, str]:
        """What other processes need to find this cluster: names of files, no secrets."""
        return {
            "HEADRACE_REDIS_FILE": str(self._file(REDIS)),
            "HEADRACE_CATALOG_FILE": str(self._file(CATALOG)),
        }

    def _file(self, name: str) -> Path:
        return self.path / name


def found(path: Path | None = None) -> dict[str, str]:
    """The environment of the cluster that is up in a folder, usually the default one; nothing when none is."""
    folder = Folder(path or default_folder())
    return folder.environment() if folder.up() else {}
