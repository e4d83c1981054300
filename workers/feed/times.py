"""How long the feed waits, in seconds."""

LEASE_SECONDS = 60.0
"""Seconds for which a sink is leased to a process, unless the timeout of the sink needs more."""
RETRY_PAUSE_SECONDS = 300.0
"""Most seconds between two tries of a failing sink, unless it asks for more."""
ASKED_PAUSE_SECONDS = 3600.0
"""Most seconds that are waited when a sink asks for a pause."""
CRAWL_PAUSE_SECONDS = 15.0
"""Most seconds that the end of a crawl waits for a failing sink; then it is left to the next crawl."""
TURN_SECONDS = 10.0
"""Seconds for which one sink is fed at a time; then another sink gets the thread."""
DISCOVERY_SECONDS = 2.0
"""Seconds between two searches for new recipes."""
LEVEL_PAUSE_SECONDS = 5.0
"""Seconds for which a sink is not fed after the feed had changes of other services only: to find that out takes a
write."""
LOOK_SECONDS = 0.5
"""Seconds between two searches for changes."""
LEAVE_SECONDS = 1.2
"""Seconds that deliveries may take to end after a stop. A delivery that hangs keeps its lease until it expires."""
REPLAY_WAIT_SECONDS = 20.0
"""Seconds to wait until a publisher has finished feeding the sink."""
