"""The statements that a database of ours is sent, as a list that grows."""

from __future__ import annotations

from workers.store.database import SqlDatabase
from workers.store.sqlite.pool import SqlitePool


def sent(db: SqlDatabase) -> list[str]:
    """From now on. Of a file the statements of one connection are seen: of a test that works in one thread all."""
    seen: list[str] = []
    if isinstance(db.engine, SqlitePool):
        with db.engine.connect() as session:
            session.raw.set_trace_callback(lambda text: None if text.startswith(_INNER) else seen.append(text))
    else:
        from sqlalchemy import event

        event.listen(db.engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
    return seen


_INNER = ("--", "COMMIT", "ROLLBACK")
"""What SQLite runs by itself inside of a statement, and what is not counted of PostgreSQL either."""
