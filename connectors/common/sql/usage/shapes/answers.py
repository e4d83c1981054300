"""What statements do, remembered by their shape: the same ones run on all days of a window."""

from __future__ import annotations

from collections import OrderedDict
from typing import NamedTuple

from connectors.common.sql.lineage.relations import Meanings
from connectors.common.sql.usage.shapes.counting import ShapeKey
from specs.contracts.parts.statements import StatementLineage, TableName

MOST_PARTS = 100_000
"""Names, columns and joins in all answers that are remembered, of about 100 bytes each."""


class ShapeAnswer(NamedTuple):
    """The relations that a shape names, what they meant, and what its statements do."""

    named: tuple[TableName, ...]
    meanings: Meanings
    lineage: tuple[StatementLineage, ...]


class ShapeAnswers:
    """The answers used last, in bounded memory. An answer holds as long as its names mean the same."""

    def __init__(self, most: int = MOST_PARTS) -> None:
        self._most, self._held = most, 0
        self._answers: OrderedDict[ShapeKey, ShapeAnswer] = OrderedDict()

    def __len__(self) -> int:
        return len(self._answers)

    def get(self, key: ShapeKey) -> ShapeAnswer | None:
        """The answer to a shape, if it is remembered."""
        found = self._answers.get(key)
        if found is not None:
            self._answers.move_to_end(key)
        return found

    def keep(self, key: ShapeKey, answer: ShapeAnswer) -> None:
        """Remember an answer; those that were used longest ago leave."""
        before = self._answers.pop(key, None)
        self._held += _parts(answer) - (0 if before is None else _parts(before))
        self._answers[key] = answer
        while self._held > self._most:
            _, dropped = self._answers.popitem(last=False)
            self._held -= _parts(dropped)


def _parts(answer: ShapeAnswer) -> int:
    told = sum(5 + len(each.sources) + len(each.read) + 3 * len(each.joins) for each in answer.lineage)
    return 5 + 3 * len(answer.named) + told
