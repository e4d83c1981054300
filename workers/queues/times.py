"""How long pipes and Redis are waited for, and for how long Redis keeps notes, in seconds."""

from __future__ import annotations

PIPE_LOOK_SECONDS = 0.5
"""Most seconds after which the receiving thread looks for new pipes."""
MESSAGE_SECONDS = 10.0
"""Seconds within which a worker must read a message that is sent to it; it listens in a thread of its own."""
DEPARTURE_SECONDS = 3600
"""Seconds for which Redis keeps the note of a worker's departure; every lease is shorter."""
ANSWER_SECONDS = 5.0
"""Seconds that connecting to Redis may take, and seconds that one answer of it may take."""
REACH_SECONDS = 10.0
"""Seconds that a starting process waits for Redis to be reachable."""
BUSY_SECONDS = 300.0
"""Seconds that a starting process waits for a Redis that answers but executes nothing yet: it runs a script, or loads
its data."""
WAITING_LINE_SECONDS = 30.0
"""Seconds between two log lines that say for what a process waits."""
REFUSED_SECONDS = 3600
"""Seconds for which refused holders are remembered in Redis; the ledger would refuse a forgotten one again."""
ROOM_LOOK_SECONDS = 0.1
"""Most seconds between two checks for room in Redis."""
FULL_LINE_SECONDS = 60.0
"""Seconds between two log lines that say that Redis takes nothing."""
