"""Times in logs: ISO 8601 with or without a zone, numbers since 1970, and the forms of MySQL."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

DAY_SECONDS = 86400.0
_SCALES = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3))
"""Numbers from such a size on count parts of a second: nano-, micro-, milliseconds."""
_UTC_WORDS = frozenset({"UTC", "GMT", "Z"})
_SHORT = re.compile(r"(\d\d)(\d\d)(\d\d) +(\d{1,2}):(\d\d):(\d\d)")

Clock = Callable[[Any], float]
"""Reads a time of the log as seconds since 1970. Raises ``ValueError`` for what is none."""


def zone_of(name: str) -> tzinfo:
    """The time zone of a name. Raises ``ValueError`` where there is none."""
    if name.upper() == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (OSError, LookupError):
        raise ValueError(f"unknown time zone {name!r}; write UTC, or a name like Europe/Berlin") from None


def clock(zone: tzinfo) -> Clock:
    """A reader of times; those without an offset are in ``zone``. Abbreviations (``CET``) mean ``zone``, too, because
    several zones share them."""

    def read(value: Any) -> float:
        if isinstance(value, datetime):
            return (value if value.tzinfo else value.replace(tzinfo=zone)).timestamp()
        if isinstance(value, int | float) and not isinstance(value, bool):
            return _scaled(float(value))
        text = str(value).strip()
        here = zone
        if text[-1:].isalpha() and " " in text:
            text, _, word = text.rpartition(" ")
            here = UTC if word in _UTC_WORDS else zone
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            return _other(text, here)
        return (found if found.tzinfo else found.replace(tzinfo=here)).timestamp()

    return read


def _other(text: str, zone: tzinfo) -> float:
    """``261129 22:01:02`` of MySQL, or a number."""
    short = _SHORT.fullmatch(text)
    if short:
        year, month, day, hour, minute, second = map(int, short.groups())
        return datetime(2000 + year, month, day, hour, minute, second, tzinfo=zone).timestamp()
    return _scaled(float(text))


def _scaled(number: float) -> float:
    if number != number or number < 1e8:  # NaN, or before 1973: a counter, no time
        raise ValueError(f"{number} is no time")
    for size, scale in _SCALES:
        if number >= size:
            return number / scale
    return number
