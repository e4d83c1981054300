"""Aligned tables. One that is wider than the terminal is shown without empty columns, with its last column folded, or
else row by row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol
from unicodedata import east_asian_width

from scheduler.cli.display import terminal
from scheduler.cli.display.render import EMPTY, cell
from specs.service_spec import METADATA

GAP = "  "
LEAST_CHARACTERS = 20
"""Least characters of a folded column."""
STATEFUL = frozenset({"state", "outcome"})
"""Columns whose words have colours."""
MEASURED = object()


class OfPart(Protocol):
    @property
    def part(self) -> str: ...


def with_parts(
    header: Sequence[str], rows: Sequence[Sequence[Any]], parts: Sequence[OfPart]
) -> tuple[Sequence[str], Sequence[Sequence[Any]]]:
    """``header`` and ``rows`` with the part of each row first, where there is another one than metadata. ``parts`` has
    an object for each row, and may have more."""
    if {each.part for each in parts} <= {METADATA}:
        return header, rows
    return ("part", *header), [(each.part, *row) for row, each in zip(rows, parts, strict=False)]


def table(head: Sequence[str], rows: Iterable[Sequence[Any]], *, indent: str = "", width: Any = MEASURED) -> str:
    """Aligned columns; numbers stand to the right. No value is cut, at most it goes on in the next line.

    ``width`` is the room in characters, ``None`` for any; as a rule it is that of the terminal.
    """
    body = [list(row) for row in rows]
    right = [bool(body) and all(isinstance(row[at], int | float) for row in body) for at in range(len(head))]
    texts = [[each.upper() for each in head], *[[cell(value) for value in row] for row in body]]
    room = terminal.width() if width is MEASURED else width
    columns = list(range(len(head)))
    if room is not None and body:
        room -= len(indent)
        if _natural(texts, columns) > room:
            columns = [at for at in columns if any(row[at] != EMPTY for row in texts[1:])] or columns[:1]
        if _natural(texts, columns) > room:
            folds = _folds(texts, columns, room)
            lines = _folded(texts, columns, right, head, folds) if folds else _stacked(texts, columns, head, room)
            return "\n".join(f"{indent}{line}".rstrip() for line in lines)
    widths = [max(measure(row[at]) for row in texts) for at in columns]
    return "\n".join(indent + _line(row, columns, widths, right, head) for row in texts)


def _natural(texts: list[list[str]], columns: list[int]) -> int:
    return sum(max(measure(row[at]) for row in texts) for at in columns) + len(GAP) * (len(columns) - 1)


def _folds(texts: list[list[str]], columns: list[int], room: int) -> int:
    """Characters left for the last column, 0 when that is too little for its longest word."""
    left = room - _natural(texts, columns[:-1]) - len(GAP)
    longest = max(measure(word) for row in texts for word in row[columns[-1]].split(" "))
    return left if len(columns) > 1 and left >= max(LEAST_CHARACTERS, longest) else 0


def _folded(
    texts: list[list[str]], columns: list[int], right: list[bool], head: Sequence[str], left: int
) -> Iterator[str]:
    widths = [max(measure(row[at]) for row in texts) for at in columns[:-1]] + [left]
    for row in texts:
        first, *others = fold(row[columns[-1]], left)
        yield _line([*row[: columns[-1]], first], columns, widths, [*right[: columns[-1]], False], head)
        begin = " " * (sum(widths[:-1]) + len(GAP) * (len(columns) - 1))
        yield from (begin + each for each in others)


def _stacked(texts: list[list[str]], columns: list[int], head: Sequence[str], room: int) -> Iterator[str]:
    """A block of lines for each row, one value after the other."""
    names = max(measure(texts[0][at]) for at in columns)
    for number, row in enumerate(texts[1:]):
        if number:
            yield ""
        for at in columns:
            if row[at] != EMPTY:
                first, *others = fold(row[at], max(LEAST_CHARACTERS, room - names - len(GAP)))
                yield _pad(texts[0][at], names) + GAP + _styled(head[at], row[at], first)
                yield from (" " * (names + len(GAP)) + each for each in others)


def fold(text: str, room: int) -> list[str]:
    """``text`` in lines of at most ``room`` characters, broken at blanks; a longer word stays whole."""
    lines: list[str] = []
    for word in text.split(" "):
        if lines and measure(lines[-1]) + 1 + measure(word) <= room:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _line(row: list[str], columns: list[int], widths: list[int], right: list[bool], head: Sequence[str]) -> str:
    cells = []
    for at, width in zip(columns, widths, strict=True):
        blanks = " " * (width - measure(row[at]))
        shown = _styled(head[at], row[at], row[at])
        cells.append(blanks + shown if right[at] else shown + blanks)
    return GAP.join(cells).rstrip()


def _styled(head: str, value: str, text: str) -> str:
    return terminal.state(value, text) if head in STATEFUL else text


def _pad(text: str, width: int) -> str:
    return text + " " * (width - measure(text))


def measure(text: str) -> int:
    """Columns that a text takes on a terminal."""
    return len(text) if text.isascii() else sum(2 if east_asian_width(each) in "WF" else 1 for each in text)
