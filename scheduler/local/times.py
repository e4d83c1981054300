"""How long a local cluster waits for its processes, in seconds."""

from __future__ import annotations

SETUP_SECONDS = 120.0
"""Most seconds that one step of setting up a server may take."""
START_SECONDS = 60.0
"""Seconds that a server may take until it answers."""
LEAVE_SECONDS = 10.0
"""Seconds that the children of a group may take to end before they are killed."""
LOOK_SECONDS = 0.1
"""Seconds between two checks of the children."""
CALM_SECONDS = 60.0
"""Seconds of life after which the next death of a child counts as the first one in a row."""
RESTART_PAUSE_SECONDS = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds before a child is started again, by the number of deaths in a row."""
