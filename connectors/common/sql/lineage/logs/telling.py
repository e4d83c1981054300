"""Makes ``Lineage`` of what a log wrote: one for each object of the catalog that statements put data into."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from connectors.common.sql.lineage.fed_relation import FedRelation
from connectors.common.sql.lineage.flows import Relations, ambiguous, by_name, written
from connectors.common.sql.lineage.logs.objects import WriteTally, WrittenBy
from connectors.common.sql.lineage.logs.reading import LoggedWrites
from connectors.common.sql.lineage.logs.steps import StatementShape, moves
from connectors.common.sql.lineage.relations import KnownRelation, KnownRelations, known_columns
from connectors.common.sql.query_log.fingerprint import Fingerprints
from specs import names
from specs.contracts.parts.statements import Statement, StatementLineage, StatementParser, TableName
from specs.entities.lineage import ColumnFlow, EdgeUse, Lineage, LoggedText

SLICE = 200
"""Most shapes that are parsed together."""
SLICE_CHARACTERS = 1_000_000
"""About the most characters of texts that are parsed together."""
SHOWN_TEXT = 2000
"""Characters of a normalized statement that are stored."""
MOST_UNRESOLVED = 100
"""Names that fit no object which are told of one target."""


@dataclass(slots=True)
class LoggedTarget:
    """An object of the catalog, and what wrote it. ``key`` is its FQN without the service's; ``shared``: another object
    has its name, too."""

    key: str
    relation: KnownRelation
    writes: dict[WrittenBy, WriteTally]
    shared: bool


@dataclass(slots=True)
class _Told:
    fed: FedRelation
    uses: dict[str, WriteTally] = field(default_factory=dict)
    hashes: dict[str, str] = field(default_factory=dict)
    unresolved: dict[str, None] = field(default_factory=dict)


class LogTelling:
    """Tells what was read in one dialect. All methods raise what the parser and the resolver raise. ``parsed`` is
    called after each slice, so that others see that it goes on."""

    def __init__(
        self, parser: StatementParser, relations: KnownRelations, dialect: str, fingerprints: Fingerprints,
        *, filters: bool, parsed: Callable[[], None],
    ) -> None:  # fmt: skip
        self._parser, self._relations, self._dialect, self._parsed = parser, relations, dialect, parsed
        self._fingerprints, self._filters = fingerprints, filters
        self.unanswered = 0
        """Shapes that were understood when they were replayed, and were not any more when their columns were asked
        for: the parser was hindered."""

    def targets(self, found: LoggedWrites) -> tuple[list[LoggedTarget], Counter[str]]:
        """The objects that were written, ordered by key; and the names that fit none, with how often they were."""
        objects = dict(found.objects)
        meanings = self._relations.meanings(objects)
        made: dict[str, LoggedTarget] = {}
        unknown: Counter[str] = Counter()
        for name, writes in objects.items():
            fitting = meanings[name]
            if not fitting:
                unknown[written(name)] += sum(each.count for each in writes.values())
            for relation in fitting:
                key = names.build(*names.split(relation.fqn)[1:])
                there = made.setdefault(relation.fqn, LoggedTarget(key, relation, {}, len(fitting) > 1))
                there.writes |= writes
        return sorted(made.values(), key=lambda each: each.key), unknown

    def told(
        self, targets: Iterable[LoggedTarget], shapes: Mapping[int, StatementShape], parent: str
    ) -> Iterator[tuple[LoggedTarget, Lineage | None]]:
        """Yields each target with its lineage; ``None`` where nothing is known of what it was made of."""
        waiting: list[LoggedTarget] = []
        wanted: dict[int, StatementShape] = {}
        size = 0
        for target in targets:
            waiting.append(target)
            for by in target.writes:
                if by.shape not in wanted:
                    wanted[by.shape] = shapes[by.shape]
                    size += len(shapes[by.shape].text)
            if len(wanted) >= SLICE or size > SLICE_CHARACTERS:
                yield from self._slice(waiting, list(wanted.values()), parent)
                waiting, wanted, size = [], {}, 0
        if waiting:
            yield from self._slice(waiting, list(wanted.values()), parent)

    def _slice(
        self, targets: Sequence[LoggedTarget], shapes: Sequence[StatementShape], parent: str
    ) -> Iterator[tuple[LoggedTarget, Lineage | None]]:
        statements = [
            Statement(at, each.text, self._dialect, each.database, each.schema) for at, each in enumerate(shapes)
        ]
        said = self._parser.names(statements)
        meanings = self._relations.meanings(
            [name for named in said for name in named] + [each.relation.table for each in targets]
        )
        found = self._parser.lineage(statements, known_columns(meanings))
        answers = dict(zip((each.id for each in shapes), found, strict=True))
        self.unanswered += sum(all(each.level == "none" for each in answer) for answer in found)
        self._parsed()
        relations, doubtful = by_name(meanings), ambiguous(meanings)
        by_id = {each.id: each for each in shapes}
        for target in targets:
            told = _Told(FedRelation(target.relation))
            shared = doubtful | ({target.relation.fqn} if target.shared else set())
            for by, tally in sorted(target.writes.items(), key=lambda each: (each[0].shape, each[0].target)):
                for answer in answers[by.shape]:
                    if _writes(answer, by.target):
                        self._add(told, answer, relations, shared, by_id[by.shape], tally)
            yield target, self._lineage(target, told, by_id, parent)

    def _add(
        self, told: _Told, answer: StatementLineage, relations: Relations, doubtful: set[str], shape: StatementShape,
        tally: WriteTally,
    ) -> None:  # fmt: skip
        told.fed.add(answer, relations, doubtful, filters=self._filters)
        for name in answer.sources:
            if name not in relations and len(told.unresolved) < MOST_UNRESOLVED:
                told.unresolved[written(name)] = None
        for source in {each.fqn for name in answer.sources for each in relations.get(name, ())}:
            told.uses.setdefault(source, WriteTally()).add(tally.first, tally.last, tally.count)
            told.hashes[source] = min(told.hashes.get(source, shape.hash), shape.hash)

    def _lineage(
        self, target: LoggedTarget, told: _Told, shapes: Mapping[int, StatementShape], parent: str
    ) -> Lineage | None:
        if not told.fed.edges and not told.unresolved:
            return None
        flow = told.fed.flow()
        edges = tuple(each.model_copy(update={"sql_hash": told.hashes.get(each.source)}) for each in flow.edges)
        flow = flow.model_copy(update={"edges": edges, "columns": tuple(map(self._without_data, flow.columns))})
        texts = {each.hash: each.text[: each.ran] for each in (shapes[by.shape] for by in target.writes)}
        kept = {edge.sql_hash for edge in edges if edge.sql_hash is not None}
        return Lineage(
            fqn=names.child(parent, target.key),
            name=target.key,
            parent=parent,
            evidence="query_log",
            flows=(flow,),
            unresolved=tuple(told.unresolved),
            statements=tuple(LoggedText(sql_hash=each, sql=self._shown(texts[each])) for each in sorted(kept)),
            seen=tuple(_use(source, tally) for source, tally in told.uses.items()),
        )

    def _without_data(self, column: ColumnFlow) -> ColumnFlow:
        """A column whose expression has no literals."""
        if column.expression is None:
            return column
        return column.model_copy(update={"expression": self._shown(column.expression)})

    def _shown(self, text: str) -> str:
        return self._fingerprints.of(text).text[:SHOWN_TEXT]


def emptied(key: str, parent: str) -> Lineage:
    """The lineage of an object into which no statement of the window put data any more."""
    return Lineage(fqn=names.child(parent, key), name=key, parent=parent, evidence="query_log", seen=())


def _writes(answer: StatementLineage, target: TableName) -> bool:
    """Whether an answer tells what was put into the relation that the replay has by this name; an answer may spell it
    as the catalog does."""
    if answer.target is None or answer.temporary or not moves(answer):
        return False
    return answer.target == target or [each.casefold() for each in answer.target if each] == [
        each.casefold() for each, own in zip(target, answer.target, strict=True) if own
    ]


def _use(source: str, tally: WriteTally) -> EdgeUse:
    return EdgeUse(source=source, count=tally.count, first=moment(tally.first), last=moment(tally.last))


def moment(time: float) -> datetime:
    """A time as entities have it, to the second."""
    return datetime.fromtimestamp(int(time), UTC)
