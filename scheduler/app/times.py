"""How long commands wait for what they ask, and how often they look, in seconds."""

from __future__ import annotations

from workers.presence import WRITE_SECONDS

ANSWER_SECONDS = 5.0
"""Seconds after which a call is given up whose answer a person waits for."""
REDIS_ANSWER_SECONDS = ANSWER_SECONDS - 1.0
"""Seconds that Redis may take to answer: less than the whole reading, so that the view can still say that it hangs."""
SILENT_SECONDS = 2.5 * WRITE_SECONDS
"""Seconds without a sign of life after which a process is listed as silent."""
SKEW_SECONDS = 2.0
"""Seconds between two clocks that are worth a note; thirty times that is bad."""
REDIS_REACH_SECONDS = 2.0
"""Seconds that the doctor waits for Redis to be reachable."""
LEADER_LOOK_SECONDS = 2.0
"""Seconds between two checks whether a scheduler leads; while none does, the waiting command advances the run
itself."""
RUN_LOOK_SECONDS = 0.1
"""Seconds between two checks whether the run that a command waits for is closed."""
REPORT_SECONDS = 0.5
"""Seconds between two reports of the progress of a run on a cluster."""
DAY_SECONDS = 86400.0
"""Seconds of a day, in which people say how long the catalog keeps what is old."""
