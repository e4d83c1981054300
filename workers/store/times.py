"""How long the database is waited for, in seconds."""

from __future__ import annotations

BUSY_SECONDS = 30.0
"""Most seconds to wait for SQLite's write lock, a PostgreSQL lock, or a pooled connection."""
STATEMENT_SECONDS = 120.0
"""Seconds that a statement may take on PostgreSQL."""
ANSWER_GRACE_SECONDS = 15.0
"""Seconds beyond the time of a statement that its answer may take; then the connection is cut."""
DEADLINE_LOOK_SECONDS = 0.25
"""Most seconds between two checks whether an answer is late."""
UNAVAILABLE_SECONDS = 60.0
"""Seconds for which calls of a busy or restarting database are repeated."""
