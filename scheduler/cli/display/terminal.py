"""The abilities of the terminal: its width, and whether it shows colours. Piped output has neither."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TextIO

STATES = {
    "complete": "green", "live": "green", "ok": "green", "up": "green",
    "partial": "yellow", "interrupted": "yellow", "paused": "yellow", "missing": "yellow", "waiting": "yellow",
    "doubt": "yellow", "note": "yellow", "superseded": "yellow", "cancelled": "yellow", "delayed": "yellow",
    "failed": "red", "deleted": "red", "bad": "red", "FAIL": "red", "broken": "red", "gone": "red",
    "running": "cyan", "confirming": "cyan",
    "+": "green", "-": "red", "~": "yellow", "^": "cyan",
}  # fmt: skip
"""Colours of words that say how something is."""
_CODES = {"red": 31, "green": 32, "yellow": 33, "cyan": 36, "dim": 2}


def width(stream: TextIO | None = None) -> int | None:
    """Columns of the terminal that ``stream`` (usually stdout) is; ``None`` when it is none: nothing is folded then."""
    stream = stream or sys.stdout
    return shutil.get_terminal_size().columns if stream.isatty() else None


def colours(stream: TextIO | None = None) -> bool:
    """Whether to use colours: on a terminal that is not dumb, unless ``NO_COLOR`` is set (https://no-color.org)."""
    stream = stream or sys.stdout
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def coloured(text: str, colour: str, stream: TextIO | None = None) -> str:
    """``text`` in a colour (or ``dim``), where there are colours."""
    return f"\x1b[{_CODES[colour]}m{text}\x1b[0m" if text and colours(stream) else text


def state(word: str, text: str | None = None) -> str:
    """``text``, usually the word itself, in the colour of a state."""
    text = word if text is None else text
    return coloured(text, STATES[word]) if word in STATES else text
