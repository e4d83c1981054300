"""Parses the shapes of a day, many together, and counts what they did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from connectors.common.sql.lineage.relations import KnownRelations, known_columns
from connectors.common.sql.query_log.places import SessionPlaces
from connectors.common.sql.usage.counting import QueryShape, StatementCounts
from connectors.common.sql.usage.objects import ObjectUses
from specs import names
from specs.contracts.parts.statements import Statement, StatementParser

SLICE = 200
"""Most statements that are parsed together."""
SLICE_CHARACTERS = 1_000_000
"""About the most characters of texts that are parsed together."""


@dataclass(slots=True)
class DayAccount:
    """What became of the statements of a day; the four numbers add up to all of them."""

    resolved: int = 0
    unresolved: int = 0
    nameless: int = 0
    unparsed: int = 0
    unknown: Counter[str] = field(default_factory=Counter)


class ShapeReader:
    """Reads shapes in one dialect. ``parsed`` is called after each slice, so that others see that it goes on. All
    methods raise what the parser and the resolver raise: ``Retry`` and ``Fatal``."""

    def __init__(
        self,
        parser: StatementParser,
        relations: KnownRelations,
        places: SessionPlaces,
        dialect: str,
        parsed: Callable[[], None],
    ) -> None:
        self._parser, self._relations, self._places = parser, relations, places
        self._dialect, self._parsed = dialect, parsed

    def read(self, counts: StatementCounts) -> tuple[ObjectUses, DayAccount]:
        """What the statements did, and the account of them."""
        uses, account = ObjectUses(), DayAccount(unparsed=counts.overflow)
        waiting: list[QueryShape] = []
        size = 0
        for shape in counts.shapes():
            if not shape.text:
                account.unparsed += shape.count
                continue
            waiting.append(shape)
            size += len(shape.text)
            if len(waiting) >= SLICE or size > SLICE_CHARACTERS:
                self._slice(waiting, uses, account)
                waiting, size = [], 0
        self._slice(waiting, uses, account)
        return uses, account

    def _slice(self, shapes: Iterable[QueryShape], uses: ObjectUses, account: DayAccount) -> None:
        given = list(shapes)
        if not given:
            return
        statements = []
        for at, shape in enumerate(given):
            database, schema = self._places.of(shape.database)
            statements.append(Statement(at, shape.text, self._dialect, database, schema))
        said = self._parser.names(statements)
        known = self._relations.meanings(name for named in said for name in named)
        answers = self._parser.lineage(statements, known_columns(known))
        for shape, named, answer in zip(given, said, answers, strict=True):
            if not any(each.level != "none" for each in answer):
                account.unparsed += shape.count
            elif uses.add(shape, answer, {name: known[name] for name in named}):
                account.resolved += shape.count
            elif named:
                account.unresolved += shape.count
            else:
                account.nameless += shape.count
            for name in {names.build(*filter(None, each)) for each in named if not known[each]}:
                account.unknown[name] += shape.count
        self._parsed()
