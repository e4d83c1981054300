"""Which server each new connection to the fake service reaches, counted across processes."""

from __future__ import annotations

import fcntl

from specs.contracts.positions import SourcePosition
from specs.testing.fake.config import FakeConnection, Server

_MARK = "connection"


class Lines:
    """The connections of one source; without a state file each source counts for itself."""

    def __init__(self, config: FakeConnection) -> None:
        self._config = config
        self._made = 0
        self.server: Server | None = None
        """The server behind the open connection."""

    def connect(self) -> bool:
        """Open a connection, unless one is open. ``True``: a new one."""
        if self.server is not None:
            return False
        servers = self._config.reaches or (Server(identity=self._config.server, version=self._config.version),)
        self.server = servers[min(self._count(), len(servers) - 1)]
        return True

    def close(self) -> None:
        self.server = None

    def _count(self) -> int:
        """How many connections there were before this one."""
        if self._config.state is None or not self._config.reaches:
            self._made += 1
            return self._made - 1
        with open(self._config.state, "a+", encoding="ascii") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            before = file.read().split().count(_MARK)
            file.write(f"{_MARK}\n")
            return before

    def config(self) -> FakeConnection:
        """What there is behind the open connection."""
        server = self.server
        if server is None or not self._config.reaches:
            return self._config
        dropped = (*self._config.dropped, *server.dropped)
        return self._config.model_copy(update={"version": server.version, "dropped": dropped})

    def position(self) -> SourcePosition | None:
        server = self.server
        if server is None or server.position is None:
            return None
        return SourcePosition({"log": server.position}, server.timeline, server.forks, server.standby, 0.0)
