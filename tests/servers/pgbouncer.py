"""A PgBouncer for tests in front of a PostgreSQL server, from the system's binary."""

from __future__ import annotations

import functools
import shutil
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from tests.servers.process import Process, account, environment, free_port, private_folder

NEEDED = "no PgBouncer: apt-get install pgbouncer"


@functools.cache
def binary() -> Path | None:
    """``pgbouncer``, or ``None`` when it is not installed."""
    found = shutil.which("pgbouncer", path=environment(Path("/"))["PATH"])
    return Path(found) if found else None


class PgBouncer:
    """Pools connections to the server of ``url`` on a free loopback port; two server connections per database."""

    def __init__(self, pgbouncer: Path, url: str, mode: str = "transaction", ignored: str = "") -> None:
        parts = urlsplit(url)
        owner = account("postgres")
        folder = private_folder("hr-pool-", owner)
        self.port = free_port()
        users = folder / "users.txt"
        users.write_text(f'"{parts.username}" "{parts.password}"\n')
        settings = folder / "pool.ini"
        settings.write_text(
            f"[databases]\n* = host={parts.hostname} port={parts.port}\n[pgbouncer]\nlisten_addr = 127.0.0.1\n"
            f"listen_port = {self.port}\nunix_socket_dir =\nauth_type = plain\nauth_file = {users}\n"
            f"pool_mode = {mode}\ndefault_pool_size = 2\nignore_startup_parameters = {ignored}\n"
        )
        for path in (users, settings):
            path.chmod(0o644)
        self._parts = parts
        self.process = Process([str(pgbouncer), str(settings)], folder, owner)
        self.process.wait_until(self._answers)

    def url(self, database: str) -> str:
        user = f"{self._parts.username}:{self._parts.password}"
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self) -> None:
        self.process.stop()
