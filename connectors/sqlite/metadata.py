"""Reads an SQLite file. It has one database and one schema, both called ``main``, as SQLite itself calls it."""

from __future__ import annotations

import json
import platform
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from connectors.common.sql.sliced_source import SlicedSource
from connectors.common.sql.slices import Facet, Listed, weigh
from connectors.sqlite.build import tables as build
from connectors.sqlite.driver import SqliteDriver
from specs.entities.base import Entity
from specs.sources.base import Presence, Step
from specs.sql_files import load
from specs.topology.node import Item, Produced
from specs.topology.scope import KeyRange, Scope

MAIN = "main"
_STATISTICS = "sqlite_stat1"
"""Where ANALYZE leaves its counts; the listing tells whether it is there."""
Q = load("connectors.sqlite")


class SqliteSource(SlicedSource):
    service_type = "sqlite"
    driver: SqliteDriver

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        config: Any = self.config
        self.driver = SqliteDriver(config.path, self.limits, self._sent)
        self._statistics = False

    def _sent(self) -> None:
        self.statements += 1

    def version(self) -> str | None:
        return str(self._query("version")[0][0])

    def identity(self) -> str:
        self._query("count")
        return f"sqlite:{platform.node()}:{self.driver.path.resolve()}"

    def databases(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        encoding, count = self._query("encoding")[0][0], self._query("count")[0][0]
        yield from self.one_database(scope, span, MAIN, {"encoding": encoding}, count)

    def schemas(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return self.schema_items(scope, span, [(MAIN, {}, self._query("count")[0][0])])

    def listing(self, node: str, base: Scope, schemas: Sequence[str], span: KeyRange) -> Iterable[Listed]:
        rows = sorted(self.driver.query(Q["names"], system=self.extract.system_schemas))
        self._statistics = any(row[0] == _STATISTICS for row in rows)
        for name, kind, relation, columns, length in rows if MAIN in schemas else ():
            if name == _STATISTICS and not self.extract.system_schemas:
                continue
            rule = self.extract.rule("views" if kind == "view" else "tables", name)
            yield Listed(MAIN, name, name, name, rule, columns + weigh(length), relation)

    def facet_list(self, node: str) -> Sequence[Facet]:
        def tables(listed: Listed) -> bool:
            return bool(listed.data != "view")

        return (
            Facet("objects", self._facet("objects")),
            Facet("columns", self._columns),
            Facet("indexes", self._facet("indexes"), tables),
            Facet("foreign_keys", self._facet("foreign_keys"), tables),
            Facet("triggers", self._facet("triggers")),
            Facet("statistics", self._facet("statistics"), lambda listed: self._statistics and tables(listed)),
        )

    def yield_table(self, item: Item, scope: Scope) -> Iterable[Entity]:
        return build.table(item.data, scope, keep_ddl=self.extract.ddl)

    def exists(self, type_: str, scope: Scope, names: list[str]) -> dict[str, Presence]:
        if any(part != MAIN for part in scope.path[1:3]):
            return dict.fromkeys(names, "no")
        if type_ in ("Database", "Schema"):
            return {name: "yes" if name == MAIN else "no" for name in names}
        if type_ not in ("Table", "Trigger"):
            return {}
        query = "exists_trigger" if type_ == "Trigger" else "exists_table"
        try:
            rows = self.driver.query(Q[query], names=json.dumps(names), relation=scope.name)
        except sqlite3.Error as error:
            raise self.driver.classify(error) from error
        found = {row[0] for row in rows}
        return {name: "yes" if name in found else "no" for name in names}

    def check(self) -> Iterator[Step]:
        def listed() -> list[Listed]:
            return list(self.listing("table", self.root.child(MAIN), [MAIN], KeyRange()))

        def columns() -> str:
            first = listed()[:10]
            return f"{len(list(self._columns(first)))} columns of {len(first)} tables and views"

        def size() -> str:
            self.driver.query(Q["version"])
            return f"{self.config.endpoint()}, {Path(self.driver.path).stat().st_size:,} bytes"

        return self.steps([
            ("open the file", size),
            ("identify the server", lambda: f"SQLite {self.version()}, {self.identity()}"),
            ("list tables and views", lambda: f"{len(listed())} found"),
            ("read columns", columns),
        ])  # fmt: skip

    def cancel(self) -> None:
        self.driver.cancel()

    def close(self) -> None:
        super().close()
        self.driver.close()

    def _query(self, name: str, **parameters: Any) -> list[tuple[Any, ...]]:
        try:
            return self.driver.query(Q[name], **parameters)
        except sqlite3.Error as error:
            raise self.driver.classify(error) from error

    def _facet(self, name: str) -> Callable[[Sequence[Listed]], Iterable[tuple[Any, ...]]]:
        return lambda listed: self.driver.query(Q[name], names=json.dumps([each.name for each in listed]))

    def _columns(self, listed: Sequence[Listed]) -> Iterable[tuple[Any, ...]]:
        """Columns. A view that refers to something that is not there (or a virtual table without its module) exists,
        but would make the whole statement fail; such ones are found before, and say why they have no columns."""
        doubtful = [each for each in listed if each.data in ("view", "virtual")]
        broken = {each.id: why for each in doubtful if (why := self.driver.broken(each.name))}
        yield from ((id_, build.BROKEN, why) for id_, why in broken.items())
        healthy = [each for each in listed if each.id not in broken]
        if healthy:
            yield from self._facet("columns")(healthy)
