"""How long processes wait for their children, for clients of the health endpoint and for a stop, in seconds."""

from __future__ import annotations

HEARTBEAT_SECONDS = 0.5
"""Seconds between two heartbeats of a child."""
FIRST_HEARTBEAT_SECONDS = 30.0
"""Seconds that a new child may take for its first heartbeat: it imports its modules before it beats."""
COUNTED_SILENCE_SECONDS = 2.0
"""Most seconds of silence that the parent adds between two looks: when the parent itself was held up, it must not take
its own pause for silence of the children."""
LEAST_SILENCE_SECONDS = 5.0
"""Least seconds of silence after which a child may be ended: on a busy machine a child waits for processor time."""
MEMORY_LOOK_SECONDS = 0.25
"""Seconds between two measurements of the memory of all children."""
STOP_LOOK_SECONDS = 0.05
"""Seconds between two checks of the stop flag."""
CLIENT_SECONDS = 5.0
"""Seconds that a client of the health endpoint may take to send its request, and again to take in the answer."""
TURN_SECONDS = 300.0
"""Seconds that one turn of a loop may take: longer than the sum of the deadlines of all its waits."""
