"""What a server lists: its databases, which are schemas here, and their names, each with the rule that drops it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from connectors.common.sql.sliced_source import routine_rule
from connectors.common.sql.slices import Listed, weigh
from connectors.mysql.build.routines import WITHOUT_ARGUMENTS, RoutineSignature
from connectors.mysql.build.tables import VIEWS
from connectors.mysql.driver.driver import MysqlDriver
from specs.config import MetadataExtract
from specs.entities.database.routines import Argument
from specs.sql_files import load
from specs.topology.scope import EVERYTHING, KeyRange

SYSTEM = {"mysql", "information_schema", "performance_schema", "sys", "ndbinfo"}
"""Schemas of the system."""
WEIGHT = 7
"""Assumed weight of a relation, so that a slice holds a thousand of them: a listing does not tell how many columns they
have. A slice that turns out much wider is halved while it is read."""
Q = load("connectors.mysql")


class MysqlListing:
    """Lists over ``driver``, in one or two statements each; raises ``HeadraceError``, classified."""

    def __init__(self, driver: MysqlDriver, extract: MetadataExtract) -> None:
        self.driver, self.extract = driver, extract

    def schemas(self) -> list[tuple[str, dict[str, Any], int]]:
        """``(name, fields, number of tables)``."""
        found: list[tuple[str, dict[str, Any], int]] = []
        for name, collation, comment, count in self.driver.fetch(
            Q["schemas_mariadb" if self.driver.mariadb else "schemas_mysql"]
        ):
            if self._wanted(name):
                data = {"collation": collation, "comment": comment or None}
                found.append((name, {key: value for key, value in data.items() if value}, int(count or 0)))
        return found

    def _wanted(self, schema: str) -> bool:
        only = self.driver.config.database
        if only is not None:
            folded = self.driver.variables.get("lower_case_table_names", "0") != "0"
            return schema == only or (folded and schema.lower() == only.lower())
        return self.extract.system_schemas or schema not in SYSTEM

    def below(self, node: str, schemas: Sequence[str], span: KeyRange) -> list[Listed]:
        """The names of a leaf node, schema by schema as given, then by key."""
        order = {schema: at for at, schema in enumerate(schemas)}
        if node == "stored_procedure":
            found = routines(self.driver.rows(Q["routines"], {"schemas": list(schemas)}), self.extract)
        elif node == "sequence" and not self.driver.mariadb:
            found = []
        else:
            parameters = {"schemas": list(schemas), "after": span.after, "until": span.until}
            found = self._relations(node, self.driver.rows(Q["tables"], parameters))
        return sorted((each for each in found if each.schema in order), key=lambda each: (order[each.schema], each.key))

    def pages(self, node: str, schema: str, span: KeyRange, size: int) -> Iterator[list[Listed]]:
        """The names of a leaf node in one schema, in order of keys, from ``size`` names in one answer."""
        if node == "stored_procedure":
            yield from self._routine_pages(schema, span, size)
            return
        after = span.after
        while True:
            part = span.resume(after)
            given = {"schemas": [schema], "after": part.after, "until": part.until, "size": size}
            rows = self.driver.fetch(f"{Q['tables']} {Q['page']}", given)
            found = self._relations(node, rows)
            yield sorted((each for each in found if each.key in part), key=lambda each: each.key)
            if len(rows) < size:
                return
            after = max(row[1] for row in rows)

    def _routine_pages(self, schema: str, span: KeyRange, size: int) -> Iterator[list[Listed]]:
        """Pages are cut by what keys begin with: the name and a bracket. Rows whose beginning a next page may continue
        wait for it, since a key of that page may go before theirs: ``a(b(int)`` goes before ``a(int)``."""
        given: dict[str, Any] = {"schema": schema, "after": span.after, "until": span.until, "size": size}
        prefix: bytes | None = None
        kind: str | None = None
        waiting: list[tuple[Any, ...]] = []
        while True:
            fresh = self.driver.fetch(Q["page_of_routines"], {**given, "prefix": prefix, "kind": kind})
            places = {(row[8], row[2]) for row in fresh}
            end, kind = max(places, default=(b"", ""))
            full, prefix = len(places) >= size, end
            ready: list[tuple[Any, ...]] = []
            rows, waiting = waiting + fresh, []
            for row in rows:
                (waiting if full and end.startswith(row[8]) else ready).append(row)
            found = routines((row[:8] for row in ready), self.extract)
            yield sorted((each for each in found if each.key in span), key=lambda each: each.key)
            if not full:
                return

    def names(self, node: str, schema: str) -> set[str]:
        """All names of a leaf node in a schema."""
        return {each.name for each in self.below(node, [schema], EVERYTHING)}

    def _relations(self, node: str, rows: Iterable[tuple[Any, ...]]) -> list[Listed]:
        found = []
        for schema, name, kind in rows:
            if (kind == "SEQUENCE") is (node == "sequence") and kind != "TEMPORARY":
                rule = None
                if node == "table":
                    rule = self.extract.rule("views" if kind in VIEWS else "tables", name)
                found.append(Listed(schema, name, name, (schema, name), rule, WEIGHT, kind))
        return found


def routines(rows: Iterable[tuple[Any, ...]], extract: MetadataExtract) -> list[Listed]:
    """Routines from the rows of their parameters. A procedure with the signature of a function says what it is."""
    found: dict[tuple[str, str, str], RoutineSignature] = {}
    for schema, name, kind, ordinal, mode, parameter, native, length in rows:
        signature = found.setdefault((schema, name, kind), RoutineSignature(schema, name, kind, weigh(length)))
        if ordinal is not None:
            signature.arguments.append(
                Argument(name=parameter, native_type=str(native or ""), mode=(mode or "IN").lower())
            )
    taken = {(each.schema, each.key) for each in found.values() if each.kind == "FUNCTION"}
    routines = []
    for each in found.values():
        key = each.key
        if each.kind in WITHOUT_ARGUMENTS:
            key = f"{each.kind.lower()} {each.name}"
        elif each.kind == "PROCEDURE" and (each.schema, key) in taken:
            key += " procedure"
        rule = routine_rule(extract, each.name, key)
        routines.append(Listed(each.schema, key, key, (each.schema, key), rule, each.weight, each))
    return routines
