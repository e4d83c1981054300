"""The query log of one service as a source of lineage: it is read once per unit, and told object by object."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import NamedTuple

from connectors.common.sql.lineage.listings import TYPE
from connectors.common.sql.lineage.logs.reading import LoggedWrites, LogReplay
from connectors.common.sql.lineage.logs.telling import LoggedTarget, LogTelling, emptied, moment
from connectors.common.sql.lineage.logs.watermark import NAME as MARK
from connectors.common.sql.lineage.logs.watermark import AskedRelations, Watermarks
from connectors.common.sql.lineage.logs.window import LogWindow, look
from connectors.common.sql.lineage.naming import engine_name
from connectors.common.sql.query_log.days.file_days import FileDays
from connectors.common.sql.query_log.days.plan import known_files
from connectors.common.sql.query_log.files import QueryLog
from connectors.common.sql.query_log.logs import log_of, require_trusted
from connectors.common.sql.query_log.places import SessionPlaces
from connectors.common.sql.query_log.statements import LogProblem, LogStatement, LogTally, TimeSpan
from connectors.common.sql.stored_objects import children
from specs import names
from specs.contracts.parts.resolver import Resolver
from specs.contracts.parts.statements import StatementParser
from specs.entities.base import Entity
from specs.entities.lineage import LineageLog, LogWatermark
from specs.sources.database.extracts import LineageExtract, QueryLogFiles
from specs.sources.service import identity
from specs.topology.node import Item, Outcome
from specs.topology.scope import KeyRange, Scope

NAME = "query log"
"""The name of the account of the log, directly below the service; what it tells lies below."""
SHOWN = 10
"""Most names of objects that the catalog lacks which the account keeps."""


class ReadLog(NamedTuple):
    """What was read of the log of one window."""

    found: LoggedWrites
    targets: list[LoggedTarget]
    telling: LogTelling
    account: LineageLog
    tally: LogTally
    window: LogWindow
    databases: list[str]

    @property
    def whole(self) -> bool:
        """Whether reading it again would tell the same: all of it was understood, and no statement waits for its
        time to come."""
        waits = self.tally.counts["outside"] or self.tally.counts["future"]
        return not (self.found.unread or self.tally.problems or self.telling.unanswered or waits)


class CountedLog(NamedTuple):
    """What a server counts of statements, ``since`` when, in place of a log."""

    since: float
    statements: list[LogStatement]
    problems: list[LogProblem]


class LogLineage:
    """Reads the log that ``settings`` name, or else what ``counted`` returns. ``piece`` is called whenever it has gone
    on, ``now`` says what time it is.

    All methods raise what the parser and the resolver raise, and ``Stop`` where the log cannot be trusted to be whole.
    """

    def __init__(
        self, service: str, settings: LineageExtract, catalog: Resolver, parser: StatementParser,
        relations: AskedRelations, dialect: str, *, piece: Callable[[], None], now: Callable[[], float],
        counted: Callable[[], CountedLog],
    ) -> None:  # fmt: skip
        self._service, self._settings, self._catalog, self._parser = service, settings, catalog, parser
        self._relations, self._dialect, self._piece, self._now = relations, dialect, piece, now
        self._counted = counted
        self._marks = Watermarks(catalog, settings, relations)
        self._read: ReadLog | None = None
        self._ended = False

    def unchanged(self, scope: Scope) -> bool:
        """Whether the log was read before, and reading it again would tell the same."""
        if self._settings.query_log is None or not self._marks.stands(scope):
            return False
        reader, span = self._files_of(self._settings.query_log)
        window = look(reader, span, self._known(scope), self._piece)
        return self._marks.reached(scope, window, self._databases())

    def told(self, scope: Scope) -> Iterator[Entity | Outcome]:
        """Yields the account of the log, and what of it could not be read."""
        read = self._log(scope)
        yield read.account
        for problem in read.tally.problems:
            place = problem.path if problem.offset is None else f"{problem.path}:{problem.offset}"
            message = f"{problem.message}; {problem.remedy}" if problem.remedy else problem.message
            yield _failure(scope, place, problem.reason, message)
        for unread in read.found.unread:
            message = f"statements of the fingerprint {unread.hash} cannot be read: {unread.error}"
            yield _failure(scope, f"statement {unread.hash}", unread.reason, message)

    def objects(self, scope: Scope, span: KeyRange) -> Iterator[Item]:
        """The lineage of each object that was written; of one that was so when the log was read before, and is no
        more, it is empty once."""
        read = self._log(scope)
        known = [each.name for each in children(self._catalog, scope.fqn, TYPE, containing=('"flows":',))]
        found = {each.key for each in read.targets}
        gone = sorted(key for key in known if key not in found)
        for target, made in read.telling.told(
            (each for each in read.targets if each.key in span), read.found.shapes, scope.fqn
        ):
            while gone and gone[0] < target.key:
                yield from self._emptied(gone.pop(0), scope, span)
            if made is not None:
                yield Item(target.key, target.key, made)
            elif target.key in known:
                yield from self._emptied(target.key, scope, span)
        for key in gone:
            yield from self._emptied(key, scope, span)
        self._ended = span.whole

    def watermark(self, scope: Scope) -> LogWatermark:
        """The watermark of the log at ``scope``; it has a seal when all that was told of it was yielded here."""
        made = LogWatermark(**identity(scope.child(MARK)))
        read = self._read
        if read is None or not self._ended or not read.whole or read.account.begun is None:
            return made
        return made.model_copy(update=self._marks.fields(read.account.begun, read.window, read.databases))

    def written(self, scope: Scope) -> frozenset[str]:
        """The keys of the objects that were written."""
        return frozenset(each.key for each in self._log(scope).targets)

    def _emptied(self, key: str, scope: Scope, span: KeyRange) -> Iterator[Item]:
        if key in span:
            yield Item(key, key, emptied(key, scope.fqn))

    def _log(self, scope: Scope) -> ReadLog:
        if self._read is None:
            self._read = self._whole(scope)
        return self._read

    def _known(self, scope: Scope) -> list[FileDays]:
        """What an earlier run found out of the files."""
        text = self._catalog.statistics(LineageLog.type_name(), scope.fqn)
        return known_files(json.loads(text).get("files", ())) if text else []

    def _files_of(self, log: QueryLogFiles) -> tuple[QueryLog, TimeSpan]:
        """What reads the files, and the times of the window."""
        now = self._now()
        return log_of(log, now=now), TimeSpan(self._settings.begin(now), now + 1)

    def _databases(self) -> list[str]:
        found = children(self._catalog, names.build(self._service), "Database", contents=False)
        return [each.name for each in found]

    def _whole(self, scope: Scope) -> ReadLog:
        """Read all of the window."""
        settings, now = self._settings, self._now()
        log = settings.query_log
        databases = self._databases()
        places = SessionPlaces(self._dialect, databases, log.default_schema if log is not None else "")
        replay = LogReplay(
            self._parser, places, self._dialect,
            engine=engine_name(self._dialect), longest=settings.max_statement_bytes,
            alive=lambda name: bool(self._relations.meanings([name])[name]),
        )  # fmt: skip
        tally, since, window = LogTally(), settings.begin(now), LogWindow()
        if log is None:
            counted = self._counted()
            since = counted.since
            tally.problems += counted.problems
            replay.page(counted.statements)
        else:
            reader, span = self._files_of(log)
            window = look(reader, span, self._known(scope), self._piece)
            for page in window.pages(reader, span, tally):
                replay.page(page.statements)
                self._piece()
            require_trusted(tally)
        found = replay.found
        telling = LogTelling(
            self._parser, self._relations, self._dialect, replay.fingerprints, filters=settings.filters,
            parsed=self._piece,
        )  # fmt: skip
        targets, unknown = telling.targets(found)
        account = LineageLog(
            **identity(scope), evidence="query_log" if log is not None else "statistics",
            since=moment(since), until=None if found.last is None else moment(found.last), statements=found.statements,
            moving=found.moving, others=found.others, unparsed=found.unparsed, failed=tally.counts["failed"],
            broken=tally.counts["broken"] + tally.counts["too_long"], shapes=len(found.shapes),
            overflow=found.overflow + found.forgotten + found.objects.overflow, targets=len(targets),
            unknown=tuple(name for name, _ in sorted(unknown.items(), key=lambda each: (-each[1], each[0]))[:SHOWN]),
            files=tuple(window.kept()), begun=now,
        )  # fmt: skip
        return ReadLog(found, targets, telling, account, tally, window, databases)


def _failure(scope: Scope, place: str, reason: str, message: str) -> Outcome:
    """What could not be read at a place of the log; its key is that of the log, so that a retry reads this anew."""
    fqn = names.child(scope.fqn, place)
    return Outcome("failed", LineageLog.type_name(), fqn, scope.name, reason, message, stands=False)
