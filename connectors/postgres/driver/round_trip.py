"""Statements that travel together, as PgBouncer needs them: nothing is sent behind the Sync that ends them.

psycopg asks for a Flush behind that Sync when not all answers are there yet. The Sync makes the server send everything,
so it gains nothing. But a pooler in transaction mode that has passed on all answers by then has taken the server
connection back: it takes the late Flush for the beginning of a transaction, and holds a server connection for a client
that asks nothing of it. Others lack it until that client's next transaction has ended.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.abc import PQGen


class _SyncOnly(psycopg.Pipeline):
    def _fetch_gen(self, *, flush: bool) -> PQGen[None]:
        return super()._fetch_gen(flush=False)


@contextmanager
def round_trip(connection: psycopg.Connection[Any]) -> Iterator[None]:
    """What is executed inside is sent together; the answers are there behind it. Raises ``psycopg.Error``."""
    with connection.pipeline() as pipeline:
        pipeline.__class__ = _SyncOnly
        yield
