"""Plain text for people: aligned tables that never cut a name, numbers, durations; safe for any terminal."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Sequence
from typing import Any
from unicodedata import east_asian_width

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\x1b": "\\e"}


def clean(text: str) -> str:
    """``text`` on one line and without control characters: a name from a source must not drive the terminal."""
    return _CONTROL.sub(lambda found: _ESCAPES.get(found[0], f"\\u{ord(found[0]):04x}"), text)


def number(value: float) -> str:
    """``12345`` as ``12,345``."""
    return f"{value:,.0f}"


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
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return number(value)
    return clean(str(value))


def table(head: Sequence[str], rows: Iterable[Sequence[Any]], *, indent: str = "") -> str:
    """Aligned columns; numbers stand to the right. Nothing is cut, whatever the terminal's width."""
    body = [list(row) for row in rows]
    right = [bool(body) and all(isinstance(row[at], int | float) for row in body) for at in range(len(head))]
    texts = [[each.upper() for each in head], *[[cell(value) for value in row] for row in body]]
    widths = [max(_width(row[at]) for row in texts) for at in range(len(head))]
    return "\n".join(indent + _line(row, widths, right) for row in texts)


def _line(row: list[str], widths: list[int], right: list[bool]) -> str:
    cells = []
    for text, width, aligned_right in zip(row, widths, right, strict=True):
        blanks = " " * (width - _width(text))
        cells.append(blanks + text if aligned_right else text + blanks)
    return "  ".join(cells).rstrip()


def _width(text: str) -> int:
    return len(text) if text.isascii() else sum(2 if east_asian_width(each) in "WF" else 1 for each in text)
