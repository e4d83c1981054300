"""How often progress is drawn, and how long a command waits for a catalog, in seconds."""

from __future__ import annotations

CATALOG_WAIT_SECONDS = 10.0
"""Seconds to wait for a catalog that is not there yet."""
LINE_SECONDS = 5.0
"""Seconds between two lines of progress when the output is piped."""
REDRAW_SECONDS = 0.2
"""Seconds between two pictures of progress on a terminal."""
