"""A MariaDB server for tests, from the system's binaries."""

from __future__ import annotations

import functools
import shutil
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pymysql

from tests.servers.process import Process, account, environment, free_port, private_folder, run

USER = "headrace"
PASSWORD = "headrace"
NEEDED = "no MariaDB binaries: apt-get install mariadb-server-core mariadb-client-core"

_SETTINGS = (
    "--bind-address=127.0.0.1",
    "--skip-name-resolve",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-flush-method=nosync",
    "--innodb-doublewrite=0",
    "--innodb-buffer-pool-size=64M",
    "--innodb-stats-persistent=0",
    "--skip-log-bin",
    "--character-set-server=utf8mb4",
    "--max-connections=60",
    "--default-time-zone=+00:00",
)


@functools.cache
def binary() -> Path | None:
    """``mariadbd``, or ``None`` when it is not installed."""
    found = shutil.which("mariadbd", path=environment(Path("/"))["PATH"])
    return Path(found) if found else None


class MariadbServer:
    """One server on a free loopback port, in a folder that is removed by ``stop``. Raises ``Unavailable``.

    ``options`` are command-line options behind the common ones, which they override.
    """

    def __init__(self, mariadbd: Path, *options: str) -> None:
        owner = account("mysql")
        folder = private_folder("hr-maria-", owner)
        try:
            data = folder / "data"
            user = [f"--user={owner.pw_name}"] if owner else []
            run(
                ["mariadb-install-db", "--no-defaults", f"--datadir={data}", "--skip-test-db", "--skip-name-resolve"]
                + ["--auth-root-authentication-method=normal", *user],
                folder,
                owner,
            )
            init = folder / "init.sql"
            init.write_text(
                f"CREATE USER IF NOT EXISTS {USER}@'%' IDENTIFIED BY '{PASSWORD}';\n"
                f"GRANT ALL PRIVILEGES ON *.* TO {USER}@'%' WITH GRANT OPTION;\n"
            )
            init.chmod(0o644)
            self.port = free_port()
            self.url = f"mysql://{USER}:{PASSWORD}@127.0.0.1:{self.port}/"
            self.process = Process(
                [str(mariadbd), "--no-defaults", f"--datadir={data}", f"--port={self.port}", f"--init-file={init}"]
                + [f"--socket={folder}/s.sock", f"--pid-file={folder}/pid", *_SETTINGS, *options, *user],
                folder,
                owner,
            )
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        self.process.wait_until(self._answers)

    def _answers(self) -> bool:
        try:
            connect(self.url).close()
        except pymysql.MySQLError:
            return False
        return True

    def stop(self) -> None:
        self.process.stop()


def connect(url: str, database: str | None = None) -> pymysql.Connection:
    """Connect with a ``mysql://`` URL, in autocommit."""
    parts = urlsplit(url)
    return pymysql.connect(
        host=parts.hostname or "127.0.0.1",
        port=parts.port or 3306,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        database=database or parts.path.strip("/") or None,
        charset="utf8mb4",
        autocommit=True,
        connect_timeout=5,
    )


def create_database(url: str, name: str) -> str:
    """Create an empty database on the server of ``url``; returns its URL."""
    with connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE `{name}` CHARACTER SET utf8mb4")
    return url.rsplit("/", 1)[0] + f"/{name}"


def drop_database(url: str, name: str) -> None:
    with connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS `{name}`")
