"""How long the work on one unit waits, and for how long it holds a unit, in seconds."""

from __future__ import annotations

RENEWAL_SECONDS = 15.0
"""Seconds between two renewals of a unit's lease."""
LEASE_SECONDS = 60.0
"""Seconds for which a unit belongs to its worker without renewal."""
STALL_SECONDS = 30.0
"""Seconds beyond its own deadline that a call to the source may take before the unit counts as stalled."""
STOP_LOOK_SECONDS = 0.1
"""Seconds between two checks of the stop flag."""
CANCELLED_CALL_SECONDS = 1.0
"""Seconds that a cancelled call to the source may take to end after a stop."""
MESSAGE_PAUSE_SECONDS = 0.1
"""Seconds before a message to the ledger is sent, or sent again. Within that time the flusher has usually committed the
unit's final batch, and then the message needs no write."""
ROOM_WAIT_SECONDS = 0.2
"""Most seconds of one wait for room in the sink queue, so that a stop is noticed soon."""
LEAVE_SECONDS = 0.7
"""Seconds that a stopping worker waits for room, or for its batches to be committed."""
FULL_QUEUE_SECONDS = 300.0
"""Seconds without room in the sink queue after which the unit is released."""
LONGEST_DELAY_SECONDS = 60.0
"""Most seconds to which the delay that a source asks for is doubled, try by try."""
ARRIVAL_SECONDS = 2.0
"""Seconds that a server may take to reach the highest position that was read of the service; waited once per worker."""
ARRIVAL_LOOK_SECONDS = 0.2
"""Seconds between two questions for the position that a server has reached."""
CLAIM_PAUSE_SECONDS = 0.25
"""Seconds between two claims when there was no unit and nothing woke the worker."""
