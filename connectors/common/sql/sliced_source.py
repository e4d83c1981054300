"""A database source that reads in slices: a connector says what is listed and which facets there are."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from connectors.common.sql.bundle import Bundle, Open
from connectors.common.sql.driver import Driver
from connectors.common.sql.slices import Facet, Listed, SliceReader
from connectors.common.sql.types.types import forget
from specs.config import MetadataExtract
from specs.errors import Fatal, HeadraceError, Retry
from specs.sources.base import Step
from specs.sources.database.metadata import DatabaseSource
from specs.topology.node import Item, Outcome, Produced
from specs.topology.read_mode import ReadMode
from specs.topology.scope import KeyRange, Scope

_LEAVES = {"table": "Table", "sequence": "Sequence", "type": "UserType", "stored_procedure": "StoredProcedure"}
GIVEN = Facet("given", lambda listed: [(each.id,) for each in listed])
"""For objects that the listing read completely, in ``Listed.data``: presence is given, no statement is sent."""


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
    """Fill in ``driver``, ``facet_list`` and ``listing``; the producers of all leaf nodes follow from them.

    The items of leaf nodes carry a ``Raw`` as their data.
    """

    driver: Driver
    leaves: frozenset[str] = frozenset({"table"})
    """The leaf nodes that this kind of database has; the others list nothing and send nothing."""
    overhead: int = 0
    """Statements that begin and end the transaction of a slice, where they go over a network."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.bundle = Bundle()

    def relieve(self) -> None:
        forget()

    @abstractmethod
    def facet_list(self, node: str) -> Sequence[Facet]:
        """The facets of a leaf node, the one that proves presence first."""

    @abstractmethod
    def listing(self, node: str, base: Scope, schemas: Sequence[str], span: KeyRange) -> Iterable[Listed]:
        """All names of a leaf node below ``schemas``, schema by schema as given, then by key; filters applied."""

    def pages(self, node: str, schema: str, span: KeyRange, size: int) -> Iterator[list[Listed]] | None:
        """The names of one schema, about ``size`` in one answer, for a line that lets no more pass; ``None`` where the
        source cannot list in pages."""
        return None

    # -- producers ------------------------------------------------------------------------------------------------
    def tables(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return self._objects("table", scope, span)

    def sequences(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return self._objects("sequence", scope, span)

    def types(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return self._objects("type", scope, span)

    def stored_procedures(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return self._objects("stored_procedure", scope, span)

    def schema_items(
        self, scope: Scope, span: KeyRange, found: Iterable[tuple[str, dict[str, Any], int | None]]
    ) -> Iterator[Produced]:
        """Filter ``(name, data, estimate)`` of schemas, announce the kept ones to the bundle and yield them by key."""
        produced: list[Produced] = []
        for name, data, estimate in sorted(found, key=lambda each: each[0]):
            if name not in span:
                continue
            rule = self.extract.rule("schemas", name)
            if rule is None:
                produced.append(Item(name, name, data, estimate))
            else:
                produced.append(Outcome("filtered", "Schema", scope.child(name).fqn, name, rule))
        self.bundle.announce([each for each in produced if isinstance(each, Item)])
        yield from produced

    def one_database(
        self, scope: Scope, span: KeyRange, name: str, data: dict[str, Any], estimate: int | None = None
    ) -> Iterator[Produced]:
        """The database level of a source that has a single one."""
        if name not in span:
            return
        rule = self.extract.rule("databases", name)
        if rule is None:
            yield Item(name, name, data, estimate)
        else:
            yield Outcome("filtered", "Database", scope.child(name).fqn, name, rule)

    def _objects(self, node: str, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        if node not in self.leaves:
            return
        base = Scope(scope.path[:-1])
        reader = self.reader(node, base)
        page = self.reading.page
        pages = None if page is None else self.pages(node, scope.name, span, page)
        if pages is not None:
            for _, produced in reader.read(chain.from_iterable(pages)):
                yield produced
            return
        yield from self._together(
            node, scope, span, lambda schemas: reader.read(self._within(node, base, schemas, span))
        )

    def _together(self, node: str, scope: Scope, span: KeyRange, read: Open) -> Iterator[Produced]:
        """The whole schema with those after it, or a range of this one alone."""
        if span.whole:
            yield from self.bundle.read(node, scope.name, read)
        else:
            for _, produced in read([scope.name]):
                yield produced

    def reader(self, node: str, base: Scope) -> SliceReader:
        return SliceReader(self.driver, self.reading, base, node, _LEAVES[node], self.facet_list(node))

    def _within(self, node: str, base: Scope, schemas: Sequence[str], span: KeyRange) -> list[Listed]:
        """The listing, complete before the first slice is read, since both use the one connection."""
        try:
            return [each for each in self.listing(node, base, schemas, span) if each.key in span]
        except Exception as raw:
            error = self.driver.classify(raw)
            raise error from (raw if error is not raw else None)

    def preview(self, node: str, scope: Scope, span: KeyRange) -> Iterator[Any]:
        if node not in _LEAVES:
            yield from super().preview(node, scope, span)
            return
        if node in self.leaves:
            base = Scope(scope.path[:-1])
            reader = self.reader(node, base)
            yield from self._together(
                node, scope, span, lambda schemas: reader.preview(self._within(node, base, schemas, span))
            )

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

    def begin(self, reading: ReadMode) -> None:
        super().begin(reading)
        self.bundle.close()

    def close(self) -> None:
        self.bundle.close()

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
