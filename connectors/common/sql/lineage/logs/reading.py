"""Reads a query log once, in the order in which it was written, and replays what its statements do to names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import NamedTuple

from connectors.common.sql.lineage.logs.objects import WrittenObjects
from connectors.common.sql.lineage.logs.sessions import MOST_MADE, Made, Sessions, SessionState, chosen_schema
from connectors.common.sql.lineage.logs.steps import StatementShape, StatementStep, concerns_data, steps
from connectors.common.sql.query_log.fingerprint import Fingerprints
from connectors.common.sql.query_log.places import SessionPlaces
from connectors.common.sql.query_log.statements import LogStatement
from specs.contracts.parts.statements import Statement, StatementParser, TableName

MOST_SHAPES = 20_000
"""Shapes that are told apart; statements of further ones are counted."""
MOST_TEXT = 32_000_000
"""Characters of texts that are kept, one per shape."""
MOST_IDLE = 500_000
"""Fingerprints of statements that move nothing which are remembered; then they are learned anew."""
SHOWN = 20
"""Shapes that could not be read which are told one by one."""


class UnreadShape(NamedTuple):
    """A shape that could not be read; ``error`` holds no text of the log."""

    hash: str
    reason: str
    error: str


@dataclass(slots=True)
class LoggedWrites:
    """What was read of a log: an account of its statements, and which shapes wrote which objects."""

    last: float | None = None
    statements: int = 0
    moving: int = 0
    others: int = 0
    unparsed: int = 0
    overflow: int = 0
    forgotten: int = 0
    shapes: dict[int, StatementShape] = field(default_factory=dict)
    objects: WrittenObjects = field(default_factory=WrittenObjects)
    unread: list[UnreadShape] = field(default_factory=list)


class LogReplay:
    """Replays statements in one dialect. ``alive`` says whether the catalog has an object of a name; texts with more
    than ``longest`` characters are not parsed. ``page`` raises what the parser and ``alive`` raise."""

    def __init__(
        self, parser: StatementParser, places: SessionPlaces, dialect: str, *, engine: str, longest: int,
        alive: Callable[[TableName], bool],
    ) -> None:  # fmt: skip
        self._parser, self._places, self._dialect, self._alive = parser, places, dialect, alive
        self._folds = engine in ("postgres", "redshift")
        self._runs_bodies = engine in ("tsql", "fabric")
        self._longest = longest
        self.fingerprints = Fingerprints(engine)
        self._sessions = Sessions()
        self._idle: set[int] = set()
        self._choices: set[int] = set()
        self._unread: set[int] = set()
        self._texts = 0
        self.found = LoggedWrites()

    def page(self, statements: Iterable[LogStatement]) -> None:
        """Replay the next statements of the log, in the order of their times: a format may hand on one late, with its
        duration. The shapes that are new are parsed together."""
        found, relevant = self.found, list[tuple[LogStatement, int]]()
        for statement in sorted(statements, key=_time):
            found.statements += statement.times
            found.last = statement.time
            key = self.fingerprints.key(statement.text)
            if key in self._idle or self._is_idle(key, statement.text):
                found.others += statement.times
            else:
                relevant.append((statement, key))
        schemas: dict[str, str | None] = {}
        placed = [(statement, self._placed(statement, key, schemas)) for statement, key in relevant]
        self._learn([(shape, statement.text) for statement, shape in placed if shape is not None])
        for statement, shape in placed:
            if shape is None:
                self._choose(statement)
            else:
                self._replay(statement, *shape[:2])
        found.forgotten = self._sessions.forgotten

    def _is_idle(self, key: int, text: str) -> bool:
        """Whether statements of this fingerprint neither move data nor change what names mean."""
        normalized = self.fingerprints.of(text).text
        if normalized.startswith(("set ", "use ")) and chosen_schema(text, folds=self._folds) is not None:
            self._choices.add(key)
            return False
        if concerns_data(normalized, runs_bodies=self._runs_bodies):
            return False
        self._remember_idle(key)
        return True

    def _remember_idle(self, key: int) -> None:
        if len(self._idle) >= MOST_IDLE:
            self._idle.clear()
        self._idle.add(key)

    # -- shapes ---------------------------------------------------------------------------------------------------
    def _placed(
        self, statement: LogStatement, key: int, schemas: dict[str, str | None]
    ) -> tuple[int, int, str, str] | None:
        """The shape of a statement with its fingerprint and its place, or ``None`` where it chooses a schema; that
        holds for the rest of the page, too."""
        session = statement.session
        if key in self._choices:
            if session:
                schemas[session] = chosen_schema(statement.text, folds=self._folds)
            return None
        if session not in schemas:
            state = self._sessions.known(session) if session else None
            schemas[session] = state.schema if state is not None else None
        database, schema = self._places.of(statement.database)
        schema = schemas[session] or schema
        return _digest(database, schema, str(key)), key, database, schema

    def _learn(self, placed: Sequence[tuple[tuple[int, int, str, str], str]]) -> None:
        """Parse the shapes that are new."""
        new: dict[int, tuple[int, Statement]] = {}
        for (id_, key, database, schema), text in placed:
            if id_ in new or id_ in self.found.shapes or id_ in self._unread or key in self._idle:
                continue
            if len(text) > self._longest:
                self._refuse(id_, "size", f"it has {len(text):,} characters, more than max_statement_bytes")
            else:
                new[id_] = key, Statement(len(new), text, self._dialect, database, schema)
        given = list(new.items())
        answers = self._parser.lineage([statement for _, (_, statement) in given], {}) if given else []
        for (id_, (key, statement)), answer in zip(given, answers, strict=True):
            told = steps(answer)
            if told:
                self._keep(StatementShape(id_, statement.sql, statement.database, statement.schema, told))
            elif answer and all(each.level == "none" for each in answer) and answer[0].error:
                self._refuse(id_, "parse", answer[0].error)
            else:
                self._remember_idle(key)

    def _keep(self, shape: StatementShape) -> bool:
        found = self.found
        if len(found.shapes) >= MOST_SHAPES or self._texts + len(shape.text) > MOST_TEXT:
            return False
        self._texts += len(shape.text)
        found.shapes[shape.id] = shape
        return True

    def _refuse(self, id_: int, reason: str, error: str) -> None:
        if len(self._unread) < MOST_SHAPES:
            self._unread.add(id_)
        if len(self.found.unread) < SHOWN:
            self.found.unread.append(UnreadShape(StatementShape(id_, "", "", "", ()).hash, reason, error))

    # -- replay ---------------------------------------------------------------------------------------------------
    def _choose(self, statement: LogStatement) -> None:
        self.found.others += statement.times
        if statement.session:
            state = self._sessions.begun(statement.session)
            state.schema = chosen_schema(statement.text, folds=self._folds)

    def _replay(self, statement: LogStatement, id_: int, key: int) -> None:
        found = self.found
        shape = found.shapes.get(id_)
        if shape is None:
            if key in self._idle:
                found.others += statement.times
            else:
                found.unparsed += statement.times
                found.overflow += 0 if id_ in self._unread else statement.times
            return
        if any(step.moves for step in shape.steps):
            found.moving += statement.times
        else:
            found.others += statement.times
        state = self._sessions.known(statement.session) if statement.session else None
        script = self._before(shape, state) if state is not None and state.made else {}
        ran = self._script(shape, script) if script else shape
        swapped = False
        for step, following in zip(shape.steps, (*shape.steps[1:], None), strict=True):
            if step.kind == "rename" and step.renamed is not None:
                swapped = not swapped and self._renamed(step, following, state)
            elif step.kind == "drop":
                self._dropped(step, state)
            else:
                self._written(statement, step, shape, ran, script)

    def _before(self, shape: StatementShape, state: SessionState) -> dict[int, StatementShape]:
        """What made the relations that a statement reads and that the catalog does not have, in order."""
        script: dict[int, StatementShape] = {}
        for name in dict.fromkeys(name for step in shape.steps for name in sorted(step.sources)):
            made = state.made.get(name)
            if made is not None and (made.temporary or not self._alive(name)):
                script |= made.script
        script.pop(shape.id, None)
        return script

    def _script(self, shape: StatementShape, script: dict[int, StatementShape]) -> StatementShape:
        """A statement behind those that made what it reads; tables that are not temporary are dropped at the end, which
        tells the parser that they are."""
        id_ = _digest(*(each.hash for each in (*script.values(), shape)))
        known = self.found.shapes.get(id_)
        if known is not None:
            return known
        steps = [step for each in script.values() for step in each.steps]
        made = {step.target.name for step in steps if step.kind == "create_table" and not step.temporary}
        drops = [f"DROP TABLE {name}" for name in sorted(made) if name.isidentifier()]
        texts = [each.text.rstrip().rstrip(";") for each in (*script.values(), shape)]
        text = ";\n".join([*texts, *drops])
        ran = len(";\n".join(texts))
        joined = StatementShape(id_, text, shape.database, shape.schema, shape.steps, ran)
        if len(text) > self._longest or not self._keep(joined):
            self.found.overflow += 1
            return shape
        return joined

    def _written(
        self, statement: LogStatement, step: StatementStep, shape: StatementShape, ran: StatementShape,
        script: dict[int, StatementShape],
    ) -> None:  # fmt: skip
        state = self._sessions.begun(statement.session) if statement.session and step.kind == "create_table" else None
        if state is None and statement.session:
            state = self._sessions.known(statement.session)
        made = state.made.get(step.target) if state is not None else None
        if state is not None and step.kind == "create_table" and len(state.made) < MOST_MADE:
            made = state.made[step.target] = Made(step.temporary)
        if made is not None and not made.extend({**script, shape.id: shape}):
            self.found.overflow += 1
        if step.moves and not step.temporary and not (made is not None and made.temporary):
            self.found.objects.write(step.target, ran.id, statement.time, statement.times)

    def _renamed(self, step: StatementStep, following: StatementStep | None, state: SessionState | None) -> bool:
        """An object gets another name; whether the next step only completes that."""
        assert step.renamed is not None
        swaps = following is not None and (following.target, following.renamed) == (step.renamed, step.target)
        if swaps:
            self.found.objects.swap(step.target, step.renamed)
        else:
            self.found.objects.rename(step.target, step.renamed)
        if state is not None:
            one, other = state.made.pop(step.target, None), state.made.pop(step.renamed, None) if swaps else None
            state.made |= {name: made for name, made in ((step.renamed, one), (step.target, other)) if made is not None}
        return swaps

    def _dropped(self, step: StatementStep, state: SessionState | None) -> None:
        made = state.made.pop(step.target, None) if state is not None else None
        if not step.temporary and (made is None or not made.temporary):
            self.found.objects.drop(step.target)


def _time(statement: LogStatement) -> float:
    return statement.time


def _digest(*parts: str) -> int:
    text = "\0".join(parts).encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "big", signed=True)
