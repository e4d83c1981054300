"""A round trip may take as long as all of its statements, and says how many they are."""

from __future__ import annotations

import threading
import time
from contextlib import closing
from typing import Any

import psycopg
import pytest

from tests.connectors.postgres.support import source
from tests.patience import PATIENCE

pytestmark = pytest.mark.server


def test_a_trip_says_how_many_statements_are_waited_for(postgres_database: str) -> None:
    found: list[Any] = []
    with closing(source(postgres_database)) as one, psycopg.connect(postgres_database, autocommit=True) as other:
        one.driver.open()
        assert one.awaited == 1
        other.execute("SELECT pg_advisory_lock(7)")
        asked = [("SELECT 1", ()), ("SELECT 2 FROM pg_advisory_lock_shared(7)", ())]
        thread = threading.Thread(target=lambda: found.extend(one.driver.together(asked)))
        thread.start()
        deadline = time.monotonic() + PATIENCE
        while one.awaited == 1:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        assert one.awaited == 2
        other.execute("SELECT pg_advisory_unlock(7)")
        thread.join(PATIENCE)
    assert found == [[(1,)], [(2,)]]
    assert one.awaited == 1
