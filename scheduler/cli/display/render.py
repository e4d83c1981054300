"""Plain text for people: names that are safe for any terminal, numbers, durations."""

from __future__ import annotations

import re
import time
from typing import Any

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
EMPTY = "-"
"""A cell without a value."""
_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\x1b": "\\e"}


def clean(text: str) -> str:
    """``text`` on one line and without control characters: a name from a source must not drive the terminal."""
    return _CONTROL.sub(lambda found: _ESCAPES.get(found[0], f"\\u{ord(found[0]):04x}"), text)


def number(value: float) -> str:
    """``12345`` as ``12,345``; integers of any size are exact."""
    return f"{value:,}" if isinstance(value, int) else f"{value:,.0f}"


def duration(seconds: float) -> str:
    """``0.42s``, ``12.3s``, ``4m 05s``, ``2h 10m``; nothing took less than no time, whatever a clock says."""
    seconds = max(0.0, seconds)
    if seconds < 10:
        return f"{seconds:.2f}s"
    if seconds < 60:
        return f"{seconds:.1f}s"
    minutes, rest = divmod(int(seconds), 60)
    if minutes < 60:
        return f"{minutes}m {rest:02d}s"
    return f"{minutes // 60}h {minutes % 60:02d}m"


def moment(timestamp: float | None) -> str:
    """Seconds since 1970 as local time, to the second."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(timestamp)) if timestamp else "-"


def cell(value: Any) -> str:
    """One value of a table."""
    if value is None or value == "":
        return EMPTY
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return number(value)
    return clean(str(value))
