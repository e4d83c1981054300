"""How long the scheduler process waits between its steps, and how long a step may take, in seconds."""

from __future__ import annotations

LOOK_SECONDS = 2.0
"""Seconds between two searches for expired leases, missing hints, due schedules and runs past their deadline."""
CLOSE_SECONDS = 0.1
"""Seconds between two searches for finished runs."""
PUBLISH_SECONDS = 0.25
"""Seconds between two searches for closed runs whose sinks are not written."""
LEAD_SECONDS = 1.0
"""Seconds between two renewals of the leader's lease, or attempts to get it."""
WRITE_SECONDS = 3600.0
"""Seconds that writing the sinks of closed runs may take before the health endpoint reports it: a large catalog goes to
a sink only as fast as the sink takes it."""
SWEEP_SECONDS = 600.0
"""Seconds between two deletions of old rows of chores and schedules."""
RECOUNT_SECONDS = 30.0
"""Seconds between two counts of all units of every open run, in case its tallies are wrong."""
LEAVE_SECONDS = 1.0
"""Seconds that a stopped scheduler waits for its threads; the database rolls back a transaction that is interrupted."""
RECONCILE_SECONDS = 1.0
"""Seconds between two searches of an embedded crawl for expired leases and delayed units."""
RETRY_PAUSE_SECONDS = 5.0
"""Most seconds between two tries of a step that fails."""
FIRST_SINK_PAUSE_SECONDS = 2.0
"""Seconds until a failed sink is tried again after its first failure; they double with each further one."""
SINK_PAUSE_SECONDS = 300.0
"""Most seconds until a failed sink is tried again."""
MISSED_SECONDS = 60.0
"""Seconds after a schedule's time at which it counts as missed, because no scheduler ran then."""
