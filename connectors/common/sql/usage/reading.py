"""Parses the shapes of a day, many together, and counts what they did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from connectors.common.sql.lineage.naming import engine_name
from connectors.common.sql.lineage.relations import KnownRelations, Meanings, known_columns
from connectors.common.sql.query_log.places import SessionPlaces
from connectors.common.sql.usage.objects import ObjectUses
from connectors.common.sql.usage.shapes.answers import ShapeAnswer, ShapeAnswers
from connectors.common.sql.usage.shapes.counting import QueryShape, StatementCounts
from specs import names
from specs.contracts.parts.statements import Statement, StatementParser, TableName

_BACKTICKS = frozenset({"mysql", "bigquery", "spark", "databricks", "hive", "clickhouse", "doris", "starrocks"})
_UPPER = frozenset({"snowflake", "oracle", "exasol", "teradata"})
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
        answers: ShapeAnswers,
        parsed: Callable[[], None],
    ) -> None:
        self._answers = answers
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
        remembered = [self._answers.get(shape.key) for shape in given]
        statements = [self._statement(at, shape) for at, shape in enumerate(given)]
        fresh = [at for at, answer in enumerate(remembered) if answer is None]
        said: list[tuple[TableName, ...]] = [() if answer is None else answer.named for answer in remembered]
        for at, named in zip(fresh, self._parser.names([statements[at] for at in fresh]) if fresh else (), strict=True):
            said[at] = tuple(name for name in named if not _of_session(name))
        meant = self._meant(given, said)
        asked = [
            at for at, answer in enumerate(remembered) if answer is None or answer.meanings != meant[at]
        ]  # a table was changed in between
        columns = known_columns({name: found for at in asked for name, found in meant[at].items()})
        answers = self._parser.lineage([statements[at] for at in asked], columns) if asked else ()
        for at, lineage in zip(asked, answers, strict=True):
            own = lineage[len(given[at].key[1].temporary) :]  # behind those that say what is temporary
            told = tuple(each._replace(columns=(), filters=(), unresolved=()) for each in own)
            remembered[at] = ShapeAnswer(said[at], meant[at], told)
        for shape, answer in zip(given, remembered, strict=True):
            if answer is not None:
                self._answers.keep(shape.key, answer)
                _count(shape, answer, uses, account)
        self._parsed()

    def _meant(self, shapes: Sequence[QueryShape], said: Sequence[Iterable[TableName]]) -> list[Meanings]:
        """What the names of each shape mean: where its session has a path of schemas, in the first that has them."""
        known = self._relations.meanings(name for named in said for name in named)
        meant: list[Meanings] = [{name: known[name] for name in named} for named in said]
        for turn in range(1, max((len(shape.key[1].path) for shape in shapes), default=0)):
            wanted = {
                (at, name): name._replace(schema=shape.key[1].path[turn])
                for at, shape in enumerate(shapes)
                for name, found in meant[at].items()
                if not found and turn < len(shape.key[1].path) and name.schema == shape.key[1].path[0]
            }
            found_there = self._relations.meanings(wanted.values())
            for (at, name), there in wanted.items():
                meant[at][name] = found_there[there]
        return meant

    def _statement(self, at: int, shape: QueryShape) -> Statement:
        logged, scope, _ = shape.key
        database, schema = self._places.of(scope.database or logged)
        made = "".join(f"CREATE TEMPORARY TABLE {_quoted(name, self._dialect)} (x INT);\n" for name in scope.temporary)
        return Statement(at, made + shape.text, self._dialect, database, scope.path[0] if scope.path else schema)


def _of_session(name: TableName) -> bool:
    """Whether the name alone says that a table is temporary."""
    return name.schema.startswith("pg_temp") or name.name.startswith("#")


def _quoted(name: str, dialect: str) -> str:
    """A name as it is written so that it means itself. Some products store unquoted names in upper case, while those
    that are known here are in lower case."""
    if engine_name(dialect) in _UPPER:
        return name
    mark = "`" if engine_name(dialect) in _BACKTICKS else '"'
    return f"{mark}{name.replace(mark, mark * 2)}{mark}"


def _count(shape: QueryShape, answer: ShapeAnswer, uses: ObjectUses, account: DayAccount) -> None:
    if not any(each.level != "none" for each in answer.lineage):
        account.unparsed += shape.count
    elif uses.add(shape, answer.lineage, answer.meanings):
        account.resolved += shape.count
    elif answer.named:
        account.unresolved += shape.count
    else:
        account.nameless += shape.count
    for name in {names.build(*filter(None, each)) for each, meant in answer.meanings.items() if not meant}:
        account.unknown[name] += shape.count
