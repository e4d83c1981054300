"""The lineage of views, read from the definitions that the catalog holds: no server is asked."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

from connectors.common.sql.inspector.connection import DialectConnection
from connectors.common.sql.lineage.naming import rules_of
from connectors.common.sql.lineage.process.parser_process import ParserProcess
from connectors.common.sql.lineage.relations import KnownRelations
from connectors.common.sql.lineage.views.definitions import VIEWS, definition, is_view
from connectors.common.sql.lineage.views.reader import DefinitionReader
from specs.contracts.parts.resolver import NameQuery, Resolver, StoredObject
from specs.entities.base import Entity
from specs.entities.lineage import Lineage
from specs.errors import Fatal, Skip
from specs.sources.base import Presence
from specs.sources.database.lineage import LineageSource
from specs.topology.node import Item, Outcome, Produced
from specs.topology.read_mode import ReadMode
from specs.topology.scope import KeyRange, Scope

SLICE = 250
"""Most definitions that are parsed together."""
SLICE_BYTES = 2_000_000
"""About the most bytes of texts that are parsed together."""
TYPE = Lineage.type_name()


class _Read(NamedTuple):
    """A view that is not filtered, and its key."""

    key: str
    stored: StoredObject


class DatabaseLineage(LineageSource):
    """The lineage of one database service. Views and the columns of what they name come from the catalog, through the
    resolver; metadata of the same run, or of an earlier one, has stored them."""

    remote: ClassVar[bool] = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._parser: ParserProcess | None = None
        self._waiting = 1

    # -- surroundings ---------------------------------------------------------------------------------------------
    @property
    def catalog(self) -> Resolver:
        """What answers for the catalog. Raises ``Fatal`` where the source was made without one."""
        if self.resolver is None:
            raise Fatal("lineage is read from the catalog, and there is none", self.service, reason="internal")
        return self.resolver

    @property
    def parser(self) -> ParserProcess:
        """The parser's process, which is started for the first statement."""
        if self._parser is None:
            self._parser = ParserProcess()
        return self._parser

    @cached_property
    def dialect(self) -> str:
        """The dialect of the definitions, by the name that the connection or the catalog has for the product."""
        if isinstance(self.config, DialectConnection):
            return self.config.dialect_url().partition(":")[0].partition("+")[0]
        (found,) = self.catalog.named([NameQuery("", self.service)], ("Service",))
        return str(json.loads(found[0].content)["service_type"]) if found else ""

    @cached_property
    def _reader(self) -> DefinitionReader:
        relations = KnownRelations(self.catalog, self.service, rules_of(self.dialect))
        return DefinitionReader(self.parser, relations, self.dialect, self.settings)

    @property
    def awaited(self) -> int:
        return self._waiting

    def identity(self) -> str:
        """The catalog's part of the service: no server is behind it."""
        return f"catalog:{self.service}"

    def exists(self, type_: str, scope: Scope, names: list[str]) -> dict[str, Presence]:
        """Whether the catalog still has the view that an object of ``type_`` belongs to."""
        found: list[list[StoredObject]] = []
        while len(found) < len(names):
            found += self.catalog.named([NameQuery(scope.fqn, name) for name in names[len(found) :]])
        return {
            name: "yes" if any(is_view(each) for each in fitting) else "no"
            for name, fitting in zip(names, found, strict=True)
        }

    def begin(self, reading: ReadMode) -> None:
        super().begin(reading)
        self.relieve()

    def relieve(self) -> None:
        self.__dict__.pop("_reader", None)

    def cancel(self) -> None:
        parser = self._parser
        if parser is not None:
            parser.cancel()

    def close(self) -> None:
        parser, self._parser = self._parser, None
        if parser is not None:
            parser.close()
        self.relieve()

    # -- the way down ---------------------------------------------------------------------------------------------
    def databases(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return self._containers("databases", "Database", scope, span)

    def schemas(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return self._containers("schemas", "Schema", scope, span)

    def _containers(self, kind: str, type_: str, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        found = (each.name for each in self._pages(scope, type_, KeyRange(), contents=False))
        for name in sorted(name for name in found if name in span):
            yield self.kept(kind, type_, scope, name)

    # -- views ----------------------------------------------------------------------------------------------------
    def targets(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        waiting: list[_Read | Outcome] = []
        held = 0
        for stored in self._views(scope, span, contents=True):
            kept = self._kept(scope, stored)
            if isinstance(kept, Item):
                poison = self.reading.before("lineage", scope, kept.key)
                if poison:
                    kept = Outcome("failed", TYPE, stored.fqn, kept.key, "poison", poison)
            waiting.append(_Read(kept.key, stored) if isinstance(kept, Item) else kept)
            held += len(stored.content)
            if len(waiting) >= min(SLICE, self.reading.slice) or held > SLICE_BYTES:
                yield from self._parsed(scope, waiting)
                waiting, held = [], 0
        yield from self._parsed(scope, waiting)

    def yield_lineage(self, item: Item, scope: Scope) -> Iterable[Entity]:
        yield item.data

    def preview(self, node: str, scope: Scope, span: KeyRange) -> Iterator[Any]:
        if node != "lineage":
            yield from super().preview(node, scope, span)
            return
        for stored in self._views(scope, span, contents=False):
            yield self._kept(scope, stored)

    def split(self, node: str, scope: Scope, span: KeyRange, size: int) -> Iterable[str]:
        if node != "lineage":
            return []
        kept = [self._kept(scope, each) for each in self._views(scope, span, contents=False)]
        return [each.key for each in kept if isinstance(each, Item)][size - 1 : -1 : size]

    def listing_statements(self, node: str, objects: int) -> int:
        return 0

    def lists(self, node: str) -> bool:
        return node != "lineage" or self.settings.views

    def _views(self, scope: Scope, span: KeyRange, *, contents: bool) -> Iterator[StoredObject]:
        if self.settings.views:
            yield from self._pages(scope, "Table", span, containing=VIEWS, contents=contents)

    def _pages(
        self, scope: Scope, type_: str, span: KeyRange, *, containing: tuple[str, ...] = (), contents: bool
    ) -> Iterator[StoredObject]:
        """The objects of one type below ``scope``, by the last parts of their FQNs."""
        begin = f"{scope.fqn}."
        after = "" if span.after is None else begin + span.after
        until = None if span.until is None else begin + span.until
        options = {"containing": containing, "until": until, "limit": 1000, "contents": contents}
        while page := self.catalog.children(scope.fqn, type_, after=after, **options):  # type: ignore[arg-type]
            yield from (each for each in page if each.fqn[len(begin) :] in span)
            after = page[-1].fqn

    def _kept(self, scope: Scope, view: StoredObject) -> Item | Outcome:
        key = view.fqn[len(scope.fqn) + 1 :]
        rule = self.extract.rule("views", view.name)
        if rule is not None:
            return Outcome("filtered", TYPE, view.fqn, key, rule)
        return Item(key, view.name)

    def _parsed(self, scope: Scope, waiting: list[_Read | Outcome]) -> Iterator[Produced]:
        """Each view with its lineage, or why there is none; those that are not dropped are parsed together."""
        views = [definition(each.stored) for each in waiting if isinstance(each, _Read)]
        self._waiting = max(1, len(views))
        try:
            found = iter(self._reader.read(views) if views else [])
        finally:
            self._waiting = 1
        for each in waiting:
            if isinstance(each, Outcome):
                yield each
                continue
            made = next(found)
            if isinstance(made, Skip):
                yield Outcome("failed", TYPE, each.stored.fqn, each.key, made.reason, str(made))
            else:
                yield Item(each.key, each.stored.name, made)
