"""The statements that read a slice, one per facet."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from connectors.common.sql.slices import Facet, Listed
from connectors.mysql.build import definitions
from connectors.mysql.build.tables import VIEWS
from connectors.mysql.driver.driver import MysqlDriver
from connectors.mysql.facets import grants
from connectors.mysql.facets.show_create import quoted, show_create
from specs.errors import Skip
from specs.sql_files import load

_SEQUENCES = 100
"""Sequences read by one statement; each one is a table that the server opens."""
_TABLE = ("objects", "columns", "indexes", "foreign_keys", "rules", "checks", "partitions", "triggers", "views", "ddl")
ROWS = 40_000
"""Rows of one facet of one slice, at most: what a slice weighs is a guess here, since a listing does not tell how many
columns a table has."""
_BOTH = ("objects", "columns")

Read = Callable[[Sequence[Listed]], Iterator[tuple[Any, ...]]]


class Facets:
    """Facets for one server: MySQL and MariaDB differ in a few. ``rights``: those of all accounts are shown to us."""

    def __init__(self, driver: MysqlDriver, definitions: bool, rights: bool = False) -> None:
        self.driver = driver
        self.definitions = definitions
        self.rights = rights

    def of(self, node: str) -> Sequence[Facet]:
        """The facets of a leaf node, the one that proves presence first."""
        rights = self.rights
        if node == "sequence":
            found = [Facet("sequences", self._sequences), Facet("objects", self._reader("objects"))]
            return [*found, Facet("grants", self._table_grants)] if rights else found
        if node == "stored_procedure":
            bodies = Facet("bodies", self._routines)
            return (bodies, Facet("grants", self._routine_grants)) if rights else (bodies,)
        names = _TABLE if self.definitions else _TABLE[:-1]
        special: dict[str, Read] = {"ddl": self._ddl, "triggers": self._triggers, "views": self._views}
        found = [Facet(name, special.get(name) or self._reader(name), _wants(name)) for name in names]
        return [*found, Facet("grants", self._table_grants)] if rights else found

    def _table_grants(self, listed: Sequence[Listed]) -> Iterator[tuple[Any, ...]]:
        return grants.of_tables(self.driver, listed)

    def _routine_grants(self, listed: Sequence[Listed]) -> Iterator[tuple[Any, ...]]:
        return grants.of_routines(self.driver, listed)

    def _sql(self, name: str) -> str:
        queries = load("connectors.mysql")
        return queries[name] if name in queries else queries[f"{name}_{'mariadb' if self.driver.mariadb else 'mysql'}"]

    def _reader(self, name: str) -> Read:
        """Broken views warn whenever they are looked at, so only tables are read strictly. In ``objects`` and
        ``columns``, which read both, a table without an engine or without columns could not be opened."""

        def read(listed: Sequence[Listed]) -> Iterator[tuple[Any, ...]]:
            exact = {each.id for each in listed}
            tables = {each.id for each in listed if each.data not in VIEWS}
            seen: set[Any] = set()
            strict = name not in _BOTH and name != "views"
            count = 0
            for row in self.driver.rows(self._sql(name), grants.parameters(listed), strict=strict):
                id_ = row[:2]
                if id_ not in exact:
                    continue
                count += 1
                if count > ROWS and len(listed) > 1:
                    raise Skip("too many rows for one slice", reason="size")  # the reader halves the slice
                if name == "objects" and id_ in tables and row[3] is None:
                    busy = "lock" in str(row[12]).lower() or "concurrent" in str(row[12])
                    raise Skip(f"cannot open the table: {row[12]}", ".".join(id_), reason="lock" if busy else "error")
                seen.add(id_)
                yield (id_, *row[2:])
            if name == "columns" and not tables <= seen:
                raise self.driver.why_missing()

        return read

    def _ddl(self, listed: Sequence[Listed]) -> Iterator[tuple[Any, ...]]:
        for id_, row in show_create(self.driver, [(each.id, "TABLE", quoted(*each.id)) for each in listed]):
            yield id_, definitions.first(row, 1)

    def _views(self, listed: Sequence[Listed]) -> Iterator[tuple[Any, ...]]:
        for row in self._reader("views")(listed):
            yield row if self.definitions else (row[0], None, *row[2:])

    def _triggers(self, listed: Sequence[Listed]) -> Iterator[tuple[Any, ...]]:
        """information_schema changes the literals in a trigger's body; its own statement has them as they are."""
        rows = {(row[0], row[1]): row for row in self._reader("triggers")(listed)}
        wanted = [(key, "TRIGGER", quoted(key[0][0], key[1])) for key in rows]
        statements = {key: definitions.first(row, 2) for key, row in show_create(self.driver, wanted)}
        for key, row in rows.items():
            yield (*row, statements.get(key))

    def _routines(self, listed: Sequence[Listed]) -> Iterator[tuple[Any, ...]]:
        """The body comes from the routine's own statement: that of information_schema has other literals."""
        ids = {(each.schema, each.data.name, each.data.kind): each.id for each in listed}
        parameters = grants.parameters(listed, lambda each: each.data.name)
        found = [row for row in self.driver.rows(self._sql("routine_bodies"), parameters) if row[:3] in ids]
        wanted = [(row[:3], row[2], quoted(row[0], row[1])) for row in found]
        answers = show_create(self.driver, wanted)
        statements = {key: definitions.first(row, 3 if key[2] == "EVENT" else 2) for key, row in answers}
        for row in found:
            yield (ids[row[:3]], *row[3:], statements.get(row[:3]))

    def _sequences(self, listed: Sequence[Listed]) -> Iterator[tuple[Any, ...]]:
        """MariaDB shows the attributes of a sequence only when it is selected from, like a table of one row."""
        for at in range(0, len(listed), _SEQUENCES):
            chunk = listed[at : at + _SEQUENCES]
            parts = [f"SELECT {number}, q.* FROM {quoted(*each.id)} q" for number, each in enumerate(chunk)]
            for row in self.driver.rows(" UNION ALL ".join(parts)):
                yield (chunk[row[0]].id, *row[1:])


def _wants(name: str) -> Callable[[Listed], bool] | None:
    if name in ("objects", "columns"):
        return None
    if name == "views":
        return lambda listed: listed.data == "VIEW"
    return lambda listed: listed.data not in VIEWS
