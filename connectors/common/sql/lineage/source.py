"""The lineage of views, routines and triggers, read from the texts that the catalog holds; of what query logs tell and
of what recipes declare. No server is asked."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from functools import cached_property
from heapq import merge
from typing import Any, NamedTuple

from connectors.common.sql.catalog_part import CatalogPart
from connectors.common.sql.lineage.declared import Declarations
from connectors.common.sql.lineage.listings import ROUTINE, TRIGGER, TYPE, VIEW, CatalogListings, Teller
from connectors.common.sql.lineage.logs.log_lineage import NAME as LOG
from connectors.common.sql.lineage.logs.log_lineage import CountedLog, LogLineage
from connectors.common.sql.lineage.logs.watermark import NAME as MARK
from connectors.common.sql.lineage.logs.watermark import AskedRelations
from connectors.common.sql.lineage.naming import rules_of
from connectors.common.sql.lineage.process.parser_process import ParserProcess
from connectors.common.sql.lineage.relations import KnownRelations
from connectors.common.sql.lineage.text_reader import TextReader
from connectors.common.sql.lineage.views.definitions import is_view
from connectors.common.sql.query_log.days.trial import tried
from connectors.common.sql.query_log.logs import log_of
from connectors.common.sql.stored_objects import named
from specs.contracts.parts.resolver import NameQuery, StoredObject
from specs.contracts.parts.statements import StatementParser
from specs.entities.base import Entity
from specs.entities.lineage import Lineage, LineageLog, LogWatermark
from specs.errors import Fatal, Skip
from specs.sources.base import Presence, Step
from specs.sources.database.lineage import LineageSource
from specs.topology.node import Item, Outcome, Produced
from specs.topology.read_mode import ReadMode
from specs.topology.scope import KeyRange, Scope

SLICE = 250
"""Most definitions that are parsed together."""
SLICE_BYTES = 2_000_000
"""About the most bytes of texts that are parsed together."""
SLICE_PAIRS, COLUMN, BYTES_OF_NAME = 500_000, '"native_type":', 16
"""About the most pairs of columns that texts may tell which are parsed together: each column of a view may be made of
all that its text names."""


class _Waiting(NamedTuple):
    """An object that is not filtered, and its key."""

    key: str
    stored: StoredObject


class DatabaseLineage(CatalogPart, LineageSource):
    """The lineage of one database service. Texts and the columns of what they name come from the catalog, through the
    resolver; metadata of the same run, or of an earlier one, has stored them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._parser: StatementParser | None = None
        self._awaited = 1

    # -- surroundings ---------------------------------------------------------------------------------------------
    @property
    def parser(self) -> StatementParser:
        """The parser; its process is started for the first statement."""
        if self._parser is None:
            self._parser = self.new_parser()
        return self._parser

    def new_parser(self) -> StatementParser:
        """A parser of statements; it ends with ``close``."""
        return ParserProcess(memory=self.reading.beside)

    @cached_property
    def _reader(self) -> TextReader:
        return TextReader(self.parser, self.catalog, self._relations(), self.dialect, self.settings)

    @cached_property
    def _log(self) -> LogLineage:
        return LogLineage(
            self.service, self.settings, self.catalog, self.parser,
            AskedRelations(self.catalog, self.service, rules_of(self.dialect)), self.dialect,
            piece=self._piece, now=self.now, counted=self.counted,
        )  # fmt: skip

    @cached_property
    def _declarations(self) -> Declarations:
        return Declarations(self.settings.declared, self.service)

    def _relations(self) -> KnownRelations:
        return KnownRelations(self.catalog, self.service, rules_of(self.dialect))

    def now(self) -> float:
        """The present time, in seconds since 1970."""
        return time.time()

    def counted(self) -> CountedLog:
        """What the server counts of statements. Raises ``Fatal`` where the connector cannot tell, ``Stop`` where the
        server keeps no counters, or not for us."""
        what = "this connector has no statistics of statements"
        remedy = "name the files of a query log: lineage: {query_log: {type: csv, files: [...]}}"
        raise Fatal(what, self.service, remedy, reason="recipe")

    def _piece(self) -> None:
        """The heartbeat sees that reading a log goes on."""
        self._awaited += 1

    @property
    def _listings(self) -> CatalogListings:
        return CatalogListings(self.catalog, self.extract)

    @property
    def awaited(self) -> int:
        return self._awaited

    def exists(self, type_: str, scope: Scope, names: list[str]) -> dict[str, Presence]:
        """Whether the catalog still has the object that an object of ``type_`` tells of, and it still has lineage. Of
        declarations the recipe decides, and of a log what it shows now."""
        if type_ == LineageLog.type_name():
            return {name: "yes" if name == LOG and self.settings.logged else "no" for name in names}
        if type_ == LogWatermark.type_name():
            kept = self.settings.query_log is not None and scope == self.root.child(LOG)
            return {name: "yes" if kept and name == MARK else "no" for name in names}
        if scope == self.root:
            return {name: "yes" if name in self._declarations else "no" for name in names}
        if scope == self.root.child(LOG):
            written = self._log.written(scope) if self.settings.logged else frozenset()
            return {name: "yes" if name in written else "no" for name in names}
        queries = [NameQuery(scope.fqn, name) for name in names]
        found = named(self.catalog, queries, ("StoredProcedure", "Table", "Trigger"))
        return {
            name: "yes" if any(map(self._tells, fitting)) else "no" for name, fitting in zip(names, found, strict=True)
        }

    def _tells(self, stored: StoredObject) -> bool:
        if stored.type == VIEW:
            return is_view(stored)
        return list(self._reader.read(TRIGGER if stored.type == TRIGGER else ROUTINE, [stored])) != [None]

    def check(self) -> Iterator[Step]:
        """One step where the recipe names a query log: a look at its files."""
        log = self.settings.query_log
        if log is not None:
            yield tried(log_of(log, now=self.now()), log.type, self.now())

    def begin(self, reading: ReadMode) -> None:
        super().begin(reading)
        self.__dict__.pop("_log", None)
        self.__dict__.pop("_reader", None)

    def relieve(self) -> None:
        """The parser is started again when it is needed, which takes less than a second."""
        self.__dict__.pop("_reader", None)
        if self._parser is not None:
            self._parser.close()

    def cancel(self) -> None:
        if isinstance(self._parser, ParserProcess):
            self._parser.cancel()

    def close(self) -> None:
        parser, self._parser = self._parser, None
        if parser is not None:
            parser.close()
        self.__dict__.pop("_log", None)
        self.__dict__.pop("_reader", None)

    # -- the way down ---------------------------------------------------------------------------------------------
    def databases(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return self._containers("databases", "Database", scope, span)

    def schemas(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return self._containers("schemas", "Schema", scope, span)

    def trigger_tables(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return self._listings.trigger_tables(scope, span) if self.settings.procedures else iter(())

    def _containers(self, kind: str, type_: str, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        found = self._listings.names(type_, scope)
        if type_ == "Database" and not found:
            raise self.nothing_known()
        for name in found:
            if name in span:
                yield self.kept(kind, type_, scope, name)

    # -- beside the schemas ---------------------------------------------------------------------------------------
    def declared(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        """The objects of which the recipe declares what feeds them. Raises ``Fatal`` when its file was not read."""
        if self.settings.file is not None:
            what = "the file of declared lineage was not read with the recipe"
            raise Fatal(what, self.settings.file, "write what it declares into the recipe", reason="recipe")
        return self._declarations.items(span)

    def query_logs(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        if self.settings.logged and LOG in span and (span.only or not self._log.unchanged(scope.child(LOG))):
            yield Item(LOG, LOG, {})

    def yield_log(self, item: Item, scope: Scope) -> Iterable[Entity | Outcome]:
        return self._log.told(scope)

    def logged(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return self._log.objects(scope, span)

    def watermarks(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        if self.settings.query_log is not None and MARK in span:
            yield Item(MARK, MARK)

    def yield_watermark(self, item: Item, scope: Scope) -> Iterable[Entity | Outcome]:
        yield self._log.watermark(Scope(scope.path[:-1]))

    # -- what tells of lineage ------------------------------------------------------------------------------------
    def targets(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        read = [self._read("lineage", type_, scope, span) for type_ in (VIEW, ROUTINE)]
        return merge(*read, key=lambda produced: produced.key)

    def triggers(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return self._read("trigger_lineage", TRIGGER, scope, span)

    def yield_lineage(self, item: Item, scope: Scope) -> Iterable[Entity | Outcome]:
        if isinstance(item.data, Lineage):
            yield item.data
        else:
            yield from self._declarations.told(item, scope, self.catalog)

    def preview(self, node: str, scope: Scope, span: KeyRange) -> Iterator[Any]:
        """Views have lineage by their names; whether a body moves data is known when it is read."""
        if node == "lineage":
            views = (self._listings.kept(scope, each) for each in self._stored(VIEW, scope, span, contents=False))
            bodies = self._read(node, ROUTINE, scope, span)
            yield from merge(views, bodies, key=lambda produced: produced.key)
        else:
            yield from super().preview(node, scope, span)

    def split(self, node: str, scope: Scope, span: KeyRange, size: int) -> Iterable[str]:
        if node != "lineage":
            return []
        found = [each for type_ in (VIEW, ROUTINE) for each in self._stored(type_, scope, span, contents=False)]
        kept = [self._listings.kept(scope, each) for each in found]
        return sorted(each.key for each in kept if isinstance(each, Item))[size - 1 : -1 : size]

    def listing_statements(self, node: str, objects: int) -> int:
        return 0

    def lists(self, node: str) -> bool:
        if node in ("query_log", "logged_lineage", "log_watermark"):
            return self.settings.logged
        if node == "declared_lineage":
            return bool(self.settings.declared or self.settings.file)
        return self.settings.procedures or (self.settings.views and node in ("database", "schema", "lineage"))

    def _stored(self, type_: Teller, scope: Scope, span: KeyRange, *, contents: bool) -> Iterator[StoredObject]:
        """The objects of one type that are asked for."""
        if self.settings.views if type_ == VIEW else self.settings.procedures:
            yield from self._listings.objects(type_, scope, span, contents=contents)

    def _read(self, node: str, type_: Teller, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        """The objects of one type, slice by slice, each with what it tells."""
        waiting: list[_Waiting | Outcome] = []
        held = pairs = 0
        for stored in self._stored(type_, scope, span, contents=True):
            kept = self._listings.kept(scope, stored)
            poison = self.reading.before(node, scope, kept.key) if isinstance(kept, Item) else ""
            if poison:
                kept = Outcome("failed", TYPE, stored.fqn, kept.key, "poison", poison)
            waiting.append(_Waiting(kept.key, stored) if isinstance(kept, Item) else kept)
            held += len(stored.content)
            pairs += stored.content.count(COLUMN) * len(stored.content) // BYTES_OF_NAME
            if len(waiting) >= min(SLICE, self.reading.slice) or held > SLICE_BYTES or pairs > SLICE_PAIRS:
                yield from self._told(type_, waiting)
                waiting, held, pairs = [], 0, 0
        yield from self._told(type_, waiting)

    def _told(self, type_: Teller, waiting: list[_Waiting | Outcome]) -> Iterator[Produced]:
        """What each object tells, or why that is not known; all that are not dropped are read together."""
        objects = [each.stored for each in waiting if isinstance(each, _Waiting)]
        self._awaited = max(1, len(objects))
        try:
            found = iter(self._reader.read(type_, objects) if objects else [])
        finally:
            self._awaited = 1
        for each in waiting:
            if isinstance(each, Outcome):
                yield each
                continue
            made = next(found)
            if isinstance(made, Skip):
                yield Outcome("failed", TYPE, each.stored.fqn, each.key, made.reason, str(made))
            elif made is not None:
                yield Item(each.key, each.stored.name, made)
