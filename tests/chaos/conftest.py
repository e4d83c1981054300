"""What several disturbances need."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers.postgres import NEEDED, PostgresServer, installed


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    """A server of one's own that loses nothing which it called committed."""
    if not installed():
        pytest.skip(NEEDED)
    made = PostgresServer(installed()[-1], {"synchronous_commit": "on"})
    yield made
    made.stop()
