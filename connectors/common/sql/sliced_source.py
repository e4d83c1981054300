"""A database source that reads in slices: a connector defines the listings and the facets."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from itertools import chain
from typing import Any

from connectors.common.sql.driver import Driver, classified
from connectors.common.sql.fetcher import Suspects
from connectors.common.sql.schema_prefetch import SchemaPrefetch
from connectors.common.sql.slices import Facet, Listed, SliceReader
from connectors.common.sql.types.types import forget
from specs.config import MetadataExtract
from specs.errors import Fatal, HeadraceError, Retry
from specs.sources.base import Step
from specs.sources.database.metadata import DatabaseSource
from specs.topology.node import Item, Produced
from specs.topology.read_mode import ReadMode
from specs.topology.scope import KeyRange, Scope

GIVEN = Facet("given", lambda listed: [(each.id,) for each in listed])
"""The facet of objects that the listing has read completely, into ``Listed.data``: it sends no statement."""

Fields = dict[str, Any] | Callable[[], dict[str, Any]]
"""The data of a container's item, or a function that makes it; see ``Source.kept``."""
Read = Callable[[Iterable[Listed]], Iterator[tuple[str, Produced]]]
"""``SliceReader.read`` or ``SliceReader.preview``."""


def routine_rule(extract: MetadataExtract, name: str, signature: str) -> str | None:
    """The filter rule that drops a routine: patterns may mean its name or its whole signature; exclude wins."""
    by_name = extract.rule("stored_procedures", name)
    if by_name is not None and ".exclude" in by_name:
        return by_name
    by_signature = extract.rule("stored_procedures", signature)
    if by_signature is not None and ".exclude" in by_signature:
        return by_signature
    return by_name and by_signature


class SlicedSource(DatabaseSource):
    """A connector implements ``driver``, ``facet_list`` and ``listing``; the producers of all leaf nodes use these.

    The items of leaf nodes have a ``Raw`` as their data.
    """

    driver: Driver
    leaves: frozenset[str] = frozenset({"table"})
    """The leaf nodes that this kind of database has; the others list nothing and send nothing."""
    overhead: int = 0
    """Statements that begin and end the transaction of a slice, where they go over a network."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.prefetch = SchemaPrefetch()

    def _sent(self) -> None:
        """What drivers call for every statement."""
        self.statements += 1

    def relieve(self) -> None:
        forget()

    # -- what a connector fills in --------------------------------------------------------------------------------
    @abstractmethod
    def facet_list(self, node: str) -> Sequence[Facet]:
        """The facets of a leaf node, the one that proves presence first."""

    @abstractmethod
    def listing(self, node: str, base: Scope, schemas: Sequence[str], span: KeyRange) -> Iterable[Listed]:
        """Yields all names of a leaf node below ``schemas``, in the order of the given schemas, then by key, each with
        the filter rule that drops it."""

    def pages(self, node: str, schema: str, span: KeyRange, size: int) -> Iterator[list[Listed]] | None:
        """The names of one schema in pages of about ``size``, for a connection that is cut in longer answers; ``None``
        when the source cannot list in pages."""
        return None

    def enter(self, base: Scope) -> None:
        """Use the database ``base`` from now on. A connection that sees all databases has nothing to do."""

    @property
    def ahead(self) -> Executor | None:
        """The executor in which the next slice is read while the present one is processed; ``None`` reads one slice
        after the other."""
        return None

    def suspects(self, node: str) -> Suspects | None:
        """The function that finds the objects for which a slice failed; without one, slices are halved."""
        return None

    # -- producers ------------------------------------------------------------------------------------------------
    def tables(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return self.objects("table", scope, span)

    def sequences(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return self.objects("sequence", scope, span)

    def types(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return self.objects("type", scope, span)

    def stored_procedures(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return self.objects("stored_procedure", scope, span)

    def schema_items(
        self, scope: Scope, span: KeyRange, found: Iterable[tuple[str, Fields, int | None]]
    ) -> Iterator[Produced]:
        """Filter ``(name, fields, estimate)`` of schemas, tell the prefetch which are kept, and yield them by key."""
        ordered = sorted((each for each in found if each[0] in span), key=lambda each: each[0])
        produced = [self.kept("schemas", "Schema", scope, *each) for each in ordered]
        self.prefetch.announce([each for each in produced if isinstance(each, Item)])
        yield from produced

    def one_database(
        self, scope: Scope, span: KeyRange, name: str, data: dict[str, Any], estimate: int | None = None
    ) -> Iterator[Produced]:
        """The database level of a source that has a single one."""
        if name in span:
            yield self.kept("databases", "Database", scope, name, data, estimate)

    def objects(self, node: str, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        """The objects of a leaf node in the schema ``scope``."""
        if node in self.leaves:
            base = Scope(scope.path[:-1])
            yield from self._slices(node, base, scope.name, span, self.reader(node, base).read)

    def _slices(self, node: str, base: Scope, schema: str, span: KeyRange, read: Read) -> Iterator[Produced]:
        """The schema page by page where that is asked for, else whole with those after it, or a range of it alone."""
        page = self.reading.page
        pages = None if page is None else self.pages(node, schema, span, page)
        if pages is None and span.whole:
            yield from self.prefetch.read(node, schema, lambda schemas: read(self._within(node, base, schemas, span)))
            return
        listed = self._within(node, base, [schema], span) if pages is None else chain.from_iterable(pages)
        for _, produced in read(listed):
            yield produced

    def reader(self, node: str, base: Scope) -> SliceReader:
        """Reads the objects of a leaf node of the database ``base``, which it enters."""
        self.enter(base)
        found = self.facet_list(node)
        type_ = self.topology.nodes[node].type
        return SliceReader(self.driver, self.reading, base, node, type_, found, self.ahead, self.suspects(node))

    def _within(self, node: str, base: Scope, schemas: Sequence[str], span: KeyRange) -> list[Listed]:
        """The listing, complete before the first slice is read, since both use the one connection."""
        with classified(self.driver):
            listed = self.listing(node, base, schemas, span)
            return list(listed) if span.whole else [each for each in listed if each.key in span]

    def preview(self, node: str, scope: Scope, span: KeyRange) -> Iterator[Any]:
        if node not in {child.name for child in self.topology.nodes["schema"].children}:
            yield from super().preview(node, scope, span)
        elif node in self.leaves:
            base = Scope(scope.path[:-1])
            yield from self._slices(node, base, scope.name, span, self.reader(node, base).preview)

    def facets(self, node: str) -> int:
        if node not in self.leaves:
            return 0
        found = self.facet_list(node)
        return 0 if found == (GIVEN,) else len(found) + self.overhead

    def split(self, node: str, scope: Scope, span: KeyRange, size: int) -> Iterable[str]:
        """Cut at every ``size``-th kept key of one listing of names."""
        if node not in self.leaves:
            return []
        listed = self._within(node, Scope(scope.path[:-1]), [scope.name], span)
        kept = list(dict.fromkeys(each.key for each in listed if each.rule is None))
        return kept[size - 1 : -1 : size]

    # -- one unit after the other ---------------------------------------------------------------------------------
    def begin(self, reading: ReadMode) -> None:
        super().begin(reading)
        self.forget()

    def forget(self) -> None:
        """Drop the listings of the last unit."""
        self.prefetch.close()

    def cancel(self) -> None:
        self.driver.cancel()

    def close(self) -> None:
        self.forget()
        self.driver.close()

    # -- the stepwise test ----------------------------------------------------------------------------------------
    def steps(self, plan: Sequence[tuple[str, Callable[[], str]]]) -> Iterator[Step]:
        """Run ``(name, action)`` in order; an action returns its evidence. Ends at the first one that ends all."""
        for name, action in plan:
            started = time.monotonic()
            try:
                evidence = action()
            except Exception as raw:
                error: HeadraceError = self.driver.classify(raw)
                yield Step(name, False, error.what, time.monotonic() - started, error.remedy)
                if isinstance(error, Fatal | Retry):
                    return
            else:
                yield Step(name, True, evidence, time.monotonic() - started)
