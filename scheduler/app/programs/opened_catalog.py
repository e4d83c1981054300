"""A catalog for programs: what ``headrace.catalog(...)`` gives."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self, TypeVar, overload

from scheduler.app.history.services import ServiceStatus, services_in
from scheduler.app.history.status import summary_of
from scheduler.app.lineage.graph import BOTH_WAYS, LineageGraph, lineage
from scheduler.app.lineage.impact import Impact, impact
from scheduler.app.lineage.overview import LineageOverview, overview
from scheduler.app.runs.run_choice import LATEST, choose
from scheduler.app.runs.summary import Summary
from scheduler.app.usage.usage import ContainerUsage, ObjectUsage, UnusedObjects, unused, usage
from specs.contracts.work import Run
from specs.entities import Entity, entity_types
from specs.errors import UsageError, known_values
from workers.catalog import Brief, Catalog, ChangeView, Difference
from workers.ledger import SqlLedger
from workers.lineage.hops import Direction
from workers.store.database import open_database

E = TypeVar("E", bound=Entity)


class OpenCatalog:
    """Reads one catalog; close it, or use it in a ``with`` block. Raises ``UsageError`` when there is none at ``url``.

    Times are in seconds since 1970. Everything that iterates reads in pages, so that memory stays flat.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._db = open_database(url, create=False)
        self._catalog, self._ledger = Catalog(self._db), SqlLedger(self._db)

    @property
    def where(self) -> str:
        """Where the catalog is, without secrets."""
        return self._db.where

    def services(self) -> list[ServiceStatus]:
        """Every service with its number of objects and how its last crawl went."""
        return services_in(self._db)

    def search(self, words: str, limit: int = 20) -> list[Brief]:
        """Objects that have all the words, or words beginning so; the best first."""
        return self._catalog.search(words, limit)

    def children(self, fqn: str | None = None) -> Iterator[Brief]:
        """What lies directly below an object, by name; without one, the services."""
        return self._catalog.children(fqn)

    def get(self, fqn: str, type: str | None = None) -> Entity:
        """One object. Raises ``UsageError`` when nothing has this name (or, where several do, none is of that type)."""
        found = self._catalog.get(fqn, type)
        if found is None:
            raise UsageError("nothing in the catalog has this name", fqn, reason="unknown")
        return entity_types[found.type].model_validate({**found.content, **found.stats})

    @overload
    def entities(self, type: type[E], service: str | None = None) -> Iterator[E]: ...
    @overload
    def entities(self, type: None = None, service: str | None = None) -> Iterator[Entity]: ...
    def entities(self, type: type[Any] | None = None, service: str | None = None) -> Iterator[Any]:
        """Objects as entities, sorted by name: ``catalog.entities(headrace.Table)``."""
        for record in self.records(type.type_name() if type else None, service):
            kind, stats = record.pop("type"), record.pop("stats", {})
            record.pop("state", None)
            yield entity_types[kind].model_validate({**record, **stats})

    def records(self, type: str | None = None, service: str | None = None) -> Iterator[dict[str, Any]]:
        """Objects as plain mappings with ``type``, ``fqn`` and their fields, sorted by name: rows for a data frame.

        Fields at their defaults are left out; ``state`` is there for objects that are missing, ``stats`` holds row
        estimates and sizes. Raises ``UsageError`` for an unknown type or service.
        """
        if type is not None and type not in entity_types:
            raise known_values("unknown entity type", type, sorted(entity_types))
        known = [each.name for each in self._catalog.services()]
        if service is not None and service not in known:
            raise known_values("there is no service", service, known, where=self.where)
        for line in self._catalog.export(service, stats=True):
            record = json.loads(line)
            if type in (None, record["type"]):
                yield record

    def columns(self, service: str | None = None) -> Iterator[dict[str, Any]]:
        """One flat row for each column of each table: ``table``, ``column``, ``ordinal``, ``native_type``, ``type``,
        ``nullable``, ``default``, ``comment``."""
        for record in self.records("Table", service):
            for column in record.get("columns", ()):
                yield {
                    "table": record["fqn"],
                    "column": column["name"],
                    "ordinal": column.get("ordinal", 0),
                    "native_type": column["native_type"],
                    "type": column.get("type", "other"),
                    "nullable": column.get("nullable", True),
                    "default": column.get("default"),
                    "comment": column.get("comment"),
                }

    def runs(self, service: str | None = None, limit: int = 20) -> list[Run]:
        """The latest runs, newest first."""
        return self._ledger.runs(service, limit)

    def status(self, run: str = LATEST, service: str | None = None) -> Summary:
        """What a run did: an id, the beginning or end of one, or the latest."""
        return summary_of(self._db, self._ledger.run(choose(self._ledger, run, service)))

    def changes(self, since: int = 0, *, run: str | None = None, limit: int = 1000) -> list[ChangeView]:
        """Up to ``limit`` events behind number ``since``, in the order of commits."""
        return self._catalog.changes(since, run=run, limit=limit)

    def diff(self, since: str | None = None) -> Iterator[Difference]:
        """What changed behind run ``since``, or by the latest run, one entry per object."""
        return self._catalog.diff(since)

    def lineage(
        self, fqn: str, *, column: str | None = None, directions: tuple[Direction, ...] = BOTH_WAYS,
        depth: int | None = None, columns: bool = True,
    ) -> LineageGraph:  # fmt: skip
        """What feeds an object, or one ``column`` of it, and what it feeds, within ``depth`` steps. Raises
        ``UsageError`` with near names when nothing has this name."""
        return lineage(self._url, fqn, column=column, directions=directions, depth=depth, columns=columns)

    def lineage_overview(
        self, fqn: str, *, directions: tuple[Direction, ...] = BOTH_WAYS, columns: bool = True
    ) -> LineageOverview:
        """The lineage of all that a service, database or schema contains, counted by schema. Raises ``UsageError`` for
        the name of anything else."""
        found = overview(self._url, fqn, directions=directions, columns=columns)
        if found is None:
            raise UsageError("this is no service, database or schema", fqn, "ask lineage()", reason="unknown")
        return found

    def impact(self, name: str, *, depth: int | None = None) -> Impact:
        """Everything that is made of an object, a column (``FQN.column``) or what a container has, nearest first.
        Raises ``UsageError`` with near names when nothing has this name."""
        return impact(self._url, name, depth=depth)

    def usage(self, fqn: str, days: int = 30) -> ObjectUsage | ContainerUsage:
        """How an object, or what lies below a service, database or schema, was used in the last ``days`` days that were
        read. Raises ``UsageError`` when there is none of this name, or no usage of its service was ever read."""
        return usage(self._url, fqn, days)

    def unused(self, days: int = 90, fqn: str | None = None) -> list[UnusedObjects]:
        """Tables and views that nobody used for ``days`` days, below a name or in all services whose usage was read.
        Raises ``UsageError`` as ``usage`` does."""
        return unused(self._url, days, fqn)

    def close(self) -> None:
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
