"""Usage of any database from the files of a query log."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from connectors.common.sql.catalog_part import CatalogPart
from connectors.common.sql.lineage.logs.watermark import NAME as MARK
from connectors.common.sql.lineage.naming import engine_name, rules_of
from connectors.common.sql.lineage.process.parser_process import ParserProcess
from connectors.common.sql.lineage.relations import KnownRelations
from connectors.common.sql.query_log.days.file_days import FileDays
from connectors.common.sql.query_log.days.plan import LogDay
from connectors.common.sql.query_log.days.trial import tried
from connectors.common.sql.query_log.fingerprint import FOLDED, Fingerprints
from connectors.common.sql.query_log.logs import log_of, require_trusted
from connectors.common.sql.query_log.places import SCHEMAS, SessionPlaces
from connectors.common.sql.query_log.statements import LogTally, TimeSpan
from connectors.common.sql.stored_objects import children
from connectors.common.sql.usage.kept_days import KeptDays, told
from connectors.common.sql.usage.objects import ObjectUse, usage_fields
from connectors.common.sql.usage.reading import DayAccount, ShapeReader
from connectors.common.sql.usage.shapes.answers import ShapeAnswers
from connectors.common.sql.usage.shapes.counting import StatementCounts, Users
from connectors.common.sql.usage.shapes.sessions import SessionScopes
from specs import names
from specs.contracts.parts.resolver import StoredObject
from specs.contracts.parts.statements import StatementParser
from specs.entities.base import Entity
from specs.entities.lineage import LogWatermark
from specs.entities.usage import TOP, TOP_USERS, Usage, UsageDay
from specs.errors import Fatal
from specs.recipe.secrets import resolve
from specs.sources.base import Presence, Step
from specs.sources.database.usage import UsageSource
from specs.sources.service import identity
from specs.topology.node import Item, Outcome, Produced
from specs.topology.read_mode import ReadMode
from specs.topology.scope import KeyRange, Scope

LONGEST_STATEMENT = 1_000_000
"""Characters of a statement that is parsed; longer ones are counted only."""
OWN_SCHEMAS = frozenset({"postgres", "postgresql", "redshift"})
"""Products in whose sessions names are looked for in a schema of the user's name first."""


class ReadDay(NamedTuple):
    """What was read of one day. ``seal`` tells what of the log that was, and is empty where it has to be read again;
    the reading was ``begun`` then."""

    counts: StatementCounts
    uses: dict[str, ObjectUse]
    account: DayAccount
    tally: LogTally
    seal: str = ""
    begun: float = 0.0


class LogUsage(CatalogPart, UsageSource):
    """The usage of one database service. Names in statements are looked up in the catalog, through the resolver."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._parser: StatementParser | None = None
        self._read: tuple[str, ReadDay] | None = None
        self._left: dict[str, set[str]] = {}
        self._pieces = 1
        self._answers = ShapeAnswers()
        self._plans: dict[str, LogDay] = {}
        self._files: dict[str, FileDays] = {}

    def now(self) -> float:
        """The present time, in seconds since 1970."""
        return time.time()

    def new_parser(self) -> StatementParser:
        """A parser of statements; it ends with ``close``."""
        return ParserProcess(memory=self.reading.beside)

    # -- surroundings ---------------------------------------------------------------------------------------------
    @property
    def awaited(self) -> int:
        """One more for each piece that was read, so that the heartbeat sees that the source goes on."""
        return self._pieces

    def _piece(self) -> None:
        self._pieces += 1

    def exists(self, type_: str, scope: Scope, names: list[str]) -> dict[str, Presence]:
        """Days leave the catalog when they are older than ``keep``; what lies in one is listed again with it."""
        if type_ != UsageDay.type_name():
            return dict.fromkeys(names, "yes")
        oldest = self._today() - timedelta(days=int(self.settings.keep / 86400))
        return {name: "no" if name < oldest.isoformat() else "yes" for name in names}

    def check(self) -> Iterator[Step]:
        """One step: a look at the files of the log."""
        settings = self.settings.query_log
        if settings is not None:
            yield tried(log_of(settings, now=self.now()), settings.type, self.now())

    def begin(self, reading: ReadMode) -> None:
        super().begin(reading)
        self._read, self._left = None, {}

    def relieve(self) -> None:
        """The parser is started again when it is needed, which takes less than a second."""
        if self._parser is not None:
            self._parser.close()

    def cancel(self) -> None:
        if isinstance(self._parser, ParserProcess):
            self._parser.cancel()

    def close(self) -> None:
        self._read = None
        self._answers = ShapeAnswers()
        self.__dict__.pop("_fingerprints", None)
        parser, self._parser = self._parser, None
        if parser is not None:
            parser.close()

    # -- days -----------------------------------------------------------------------------------------------------
    def days(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        """The days of the window. Raises ``Fatal`` when the recipe names no log."""
        if self.settings.query_log is None:
            raise Fatal(
                "this connector has no statistics of statements",
                self.service,
                "name the files of a query log: usage: {query_log: {type: csv, files: [...]}}",
                reason="recipe",
            )
        log, today = log_of(self.settings.query_log, now=self.now()), self._today()
        window = [(today - timedelta(days=ago)).isoformat() for ago in range(self.settings.days - 1, -1, -1)]
        kept = self._kept
        found = kept.find(log, scope, window, self._files.values(), self._piece)
        self._files = {file.mark: file for plan in found.values() for file in plan.files}
        relations = self._relations()
        for day, plan in found.items():
            if day in span and not kept.done(scope.child(day), plan, relations):
                yield Item(day, day, plan.as_json())

    @property
    def _kept(self) -> KeptDays:
        return KeptDays(self.catalog, self.settings, self._hash_key())

    def yield_day(self, item: Item, scope: Scope) -> Iterable[Entity | Outcome]:
        plan = LogDay.of_json(item.data or {})
        self._plans = {scope.name: plan}
        found = self._day(scope)
        users, account, tally = found.counts.users, found.account, found.tally
        yield UsageDay(
            **identity(scope),
            day=date.fromisoformat(scope.name),
            zone=self.settings.zone,
            statements=found.counts.statements,
            resolved=account.resolved,
            unresolved=account.unresolved,
            nameless=account.nameless,
            unparsed=account.unparsed,
            failed=tally.counts["failed"],
            broken=tally.counts["broken"] + tally.counts["too_long"],
            shapes=len(found.counts),
            users=len(users) or None,
            user_names=users.names() if len(users) <= TOP_USERS else (),
            unknown=tuple(
                name for name, _ in sorted(account.unknown.items(), key=lambda each: (-each[1], each[0]))[:TOP]
            ),
            log=told(found.seal, found.begun, plan),
        )
        for problem in tally.problems:
            place = problem.path if problem.offset is None else f"{problem.path}:{problem.offset}"
            message = f"{problem.message}; {problem.remedy}" if problem.remedy else problem.message
            fqn = names.child(scope.fqn, place)  # the key is that of the day, so that a retry reads this anew
            yield Outcome("failed", UsageDay.type_name(), fqn, scope.name, problem.reason, message, stands=False)

    def _day(self, scope: Scope) -> ReadDay:
        """The day at ``scope``, read once. Raises ``Stop`` when the log cannot be trusted to be whole."""
        if self._read is None or self._read[0] != scope.name:
            self._read = scope.name, self._read_day(date.fromisoformat(scope.name))
        return self._read[1]

    def _read_day(self, day: date) -> ReadDay:
        settings, begun = self.settings.query_log, self.now()
        assert settings is not None
        counts, tally = self._counts(), LogTally()
        plan = self._plans.get(day.isoformat(), LogDay())
        log, span = log_of(settings, now=self.now()), TimeSpan(*self.settings.bounds(day))
        pages = None if plan.places is None else log.placed(span, tally, plan.places)
        seal = "" if pages is None else self._kept.seal(plan)
        for page in log.pages(span, tally) if pages is None else pages:
            counts.add(page.statements)
            self._piece()
        require_trusted(tally)
        found = self._told(counts, tally, settings.default_schema)
        return found if tally.problems or tally.waiting else found._replace(seal=seal, begun=begun)

    def _counts(self) -> StatementCounts:
        users = Users(self.settings.users, self.service, self._hash_key())
        return StatementCounts(self._fingerprints, users, self._sessions(), LONGEST_STATEMENT)

    def _sessions(self) -> SessionScopes:
        """The sessions of a day; what they chose on days before is not known."""
        product = self.dialect
        log = self.settings.query_log
        own = self._schemas() if product in OWN_SCHEMAS else ()
        default = (log.default_schema if log else "") or SCHEMAS.get(product, "")
        return SessionScopes(folded=engine_name(product) in FOLDED, own=own, default=default)

    def _schemas(self) -> frozenset[str]:
        """The names of the service's schemas but for the default one."""
        databases = [each.name for each in self._stored(Scope.of(self.service), "Database")]
        found = {schema.name for name in databases for schema in self._stored(Scope.of(self.service, name), "Schema")}
        return frozenset(found - {SCHEMAS.get(self.dialect, "")})

    def _hash_key(self) -> str:
        """The secret that hashes of users are made with. Raises ``UsageError`` where the worker does not have it."""
        key = self.settings.hash_key if self.settings.users == "hashed" else None
        return "" if key is None else str(resolve(key, path=("extract", "usage", "hash_key")))

    @cached_property
    def _fingerprints(self) -> Fingerprints:
        """Those of all days, since most texts run on several."""
        return Fingerprints(engine_name(self.dialect))

    def _told(self, counts: StatementCounts, tally: LogTally, default_schema: str) -> ReadDay:
        """What the statements that were counted did."""
        if self._parser is None:
            self._parser = self.new_parser()
        databases = [each.name for each in self._stored(Scope.of(self.service), "Database")]
        if not databases:
            raise self.nothing_known()
        places = SessionPlaces(self.dialect, databases, default_schema)
        uses, account = ShapeReader(
            self._parser, self._relations(), places, self.dialect, self._answers, self._piece
        ).read(counts)
        return ReadDay(counts, uses.found, account, tally)

    def _relations(self) -> KnownRelations:
        return KnownRelations(self.catalog, self.service, rules_of(self.dialect))

    # -- objects --------------------------------------------------------------------------------------------------
    def used(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        found = {names.build(*names.split(fqn)[1:]): use for fqn, use in self._day(scope).uses.items()}
        known = {each.name for each in self._stored(scope, Usage.type_name())}
        self._left = {scope.name: found.keys() | known}
        for key in sorted(found.keys() | known):
            if key in span:
                yield Item(key, key, found.get(key))

    def yield_usage(self, item: Item, scope: Scope) -> Iterable[Entity]:
        day = date.fromisoformat(scope.path[-2])
        fields: dict[str, Any] = {"day": day}
        if item.data is not None:
            counts = self._day(Scope(scope.path[:-1])).counts
            fields = usage_fields(item.data, counts.users, counts.fingerprints, day)
        target = names.build(self.service, *names.split(item.name))
        made = Usage(**identity(scope), target=target, **fields)
        self._left.get(scope.path[-2], set()).discard(item.name)
        yield made

    def day_watermarks(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        if self.settings.query_log is not None and MARK in span:
            yield Item(MARK, MARK)

    def yield_day_watermark(self, item: Item, scope: Scope) -> Iterable[Entity]:
        """The watermark has a seal when all objects of the day were told here; without one the day is read again."""
        day, made = Scope(scope.path[:-1]), LogWatermark(**identity(scope))
        if self._left.get(day.name) == set():
            read = self._day(day)
            made = made.model_copy(update={"begun": read.begun, "seal": read.seal})
        yield made

    def preview(self, node: str, scope: Scope, span: KeyRange) -> Iterator[Any]:
        """Of a day's objects only those that are known: the log is not read for a plan."""
        if node != "usage":
            yield from super().preview(node, scope, span)
            return
        for key in sorted(each.name for each in self._stored(scope, Usage.type_name())):
            if key in span:
                yield Item(key, key)

    def listing_statements(self, node: str, objects: int) -> int:
        return 0

    def _stored(self, scope: Scope, type_: str) -> Iterator[StoredObject]:
        return children(self.catalog, scope.fqn, type_, contents=False)

    def _today(self) -> date:
        return self.settings.day_of(self.now())
