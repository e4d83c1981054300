"""A standby of a PostgreSQL test server, whose replay can be paused, and which can be promoted."""

from __future__ import annotations

import shutil
import time

import psycopg

from tests.patience import PATIENCE
from tests.servers.postgres import FAST, PASSWORD, USER, PostgresServer
from tests.servers.process import Process, account, free_port, private_folder, run


class PostgresStandby:
    """A standby of ``primary``, made from a base backup, in a folder that ``stop`` removes."""

    def __init__(self, primary: PostgresServer) -> None:
        owner = account("postgres")
        folder = private_folder("hr-standby-", owner)
        try:
            data = folder / "data"
            source = f"host=127.0.0.1 port={primary.port} user={USER} password={PASSWORD}"
            run(
                [str(primary.bin / "pg_basebackup"), "-D", str(data), "-d", source, "-X", "stream", "-R", "-c", "fast"],
                folder,
                owner,
            )
            self.port = free_port()
            command = [str(primary.bin / "postgres"), "-D", str(data), "-c", f"port={self.port}"]
            command += ["-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={folder}"]
            command += ["-c", "max_connections=60", "-c", "max_locks_per_transaction=256", "-c", "fsync=off"]
            self.process = Process(command, folder, owner, FAST)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        self.url = f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{self.port}/postgres"
        self.process.wait_until(self._answers)

    def database_url(self, database: str) -> str:
        return f"{self.url.rsplit('/', 1)[0]}/{database}"

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def ask(self, statement: str) -> object:
        with psycopg.connect(self.url, autocommit=True) as connection:
            row = connection.execute(statement).fetchone()  # type: ignore[call-overload]
            return row and row[0]

    def pause(self) -> None:
        """Replay nothing from now on."""
        self.ask("SELECT pg_wal_replay_pause()")
        self._until("SELECT pg_get_wal_replay_pause_state() = 'paused'")

    def _until(self, true: str) -> None:
        end = time.monotonic() + PATIENCE
        while not self.ask(true):
            if time.monotonic() > end:
                raise AssertionError(f"waited in vain: {true}")
            time.sleep(0.02)

    def catch_up(self, primary: PostgresServer) -> None:
        """Replay until the standby has all changes that the primary has now."""
        self.ask("SELECT pg_wal_replay_resume()")
        with psycopg.connect(primary.url, autocommit=True) as connection:
            connection.execute("SELECT pg_logical_emit_message(true, 'headrace', 'here')")
            row = connection.execute("SELECT pg_current_wal_insert_lsn()").fetchone()
        assert row is not None
        self._until(f"SELECT pg_last_wal_replay_lsn() >= '{row[0]}'")

    def detach(self) -> None:
        """Receive nothing from now on."""
        self.ask_nothing("ALTER SYSTEM SET primary_conninfo = ''")
        self.ask("SELECT pg_reload_conf()")
        self._until("SELECT NOT EXISTS (SELECT FROM pg_stat_wal_receiver)")

    def ask_nothing(self, statement: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]

    def promote(self) -> None:
        assert self.ask("SELECT pg_promote(true, 60)")

    def stop(self) -> None:
        self.process.stop()
