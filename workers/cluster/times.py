"""How long the processes of a cluster wait, in seconds."""

SHARD_LEASE_SECONDS = 15.0
"""Seconds for which a shard belongs to one flusher; the lease is renewed after a third of them."""
BATCH_WAIT_SECONDS = 0.25
"""Most seconds of one wait for batches."""
HEALING_SECONDS = 1.0
"""Seconds between two searches for units whose final batch was lost."""
SHARD_LOOK_SECONDS = 1.0
"""Seconds between two readings of the shards' leases."""
CONNECT_PAUSE_SECONDS = 3.0
"""Most seconds between two tries to connect; with Celery's 30 seconds a worker would idle after each outage."""
REFUSED_PAUSE_SECONDS = 1.0
"""Seconds between two tries while Redis refuses commands, as it does at its maxmemory."""
TASK_SECONDS = 60.0
"""Seconds for which a task claims units; then it ends and sends a new hint, so that Celery can replace the process."""
RELEASE_SECONDS = 1.2
"""Seconds that a stopped walk may take to release its unit itself; then another thread of this process releases it in
the ledger and ends the process."""
NOTED_RELEASE_SECONDS = 0.3
"""Seconds within which most stopped walks release their unit; after them the release is also noted in Redis, in case
the database is unavailable."""
FIRST_CLAIM_PAUSE_SECONDS = 0.01
"""Seconds of the first wait when there is no unit to claim; each further wait is longer by half. The next unit is
usually about to be committed by a flusher."""
IDLE_TASK_SECONDS = 20.0
"""Seconds without a unit after which a task ends although runs are open. Hints start as many tasks as there are units,
and a thousand idle processes that go on asking would be the greatest load of the database."""
RUN_LIST_SECONDS = 1.0
"""Seconds after which the list of open runs is read again while there are units to claim."""
DEAD_SEARCH_SECONDS = 1.0
"""Seconds between two searches for units of dead processes."""
COUNTED_WAIT_SECONDS = 0.1
"""Seconds above which the time for putting a batch into the queue counts as waiting for room."""
ENDED_LOOK_SECONDS = 0.02
"""Seconds between two checks whether the pool processes have ended."""
KILL_SECONDS = 2.5
"""Seconds after which pool processes are killed: they have released their units before (``RELEASE_SECONDS``)."""
LAST_STEPS_SECONDS = 0.5
"""Most seconds for the last steps of the parent."""
LAST_STEPS_OF_KILLED_SECONDS = 4.0
"""Most seconds for these steps when a pool process was killed, because then only the parent can release its unit."""
FORK_WAIT_SECONDS = 5.0
"""Most seconds that a fork waits for a thread that uses the database."""
FREEING_PAUSE_SECONDS = 1.0
"""Seconds between two attempts to free the units of dead processes while the database is unavailable."""
FREEING_AT_END_SECONDS = 4.0
"""Most seconds that the watchdog's end takes to free the units of dead processes."""
SILENCE_SECONDS = 5.0
"""Seconds of silence from which on ``/healthz`` names a process."""
KILLED_END_SECONDS = 30.0
"""Seconds that a killed process may take to end before ``/healthz`` reports it."""
REPLACE_SECONDS = 0.5
"""Seconds between two checks whether pool processes have died and must be replaced."""
