"""All names below schemas, each with the rule that drops it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from connectors.common.sql.sliced_source import routine_rule
from connectors.common.sql.slices import Listed
from connectors.postgres.driver.driver import Params, PostgresDriver
from connectors.postgres.listing import other_objects
from connectors.postgres.listing.contents import Contents
from specs.config import MetadataExtract
from specs.topology.scope import KeyRange

LISTINGS = {
    "type": ("list_types", "types"),
    "sequence": ("list_sequences", "relations"),
    "table": ("list_tables", "relations"),
    "stored_procedure": ("list_routines", "routines"),
    "schema_object": ("schema_objects", ""),
}
"""The statement that lists each node below a schema, and what it lists members of, in the order of the walk."""

PARTITIONS = "partitions: false"
"""The rule that leaves out child partitions: their table stands for them."""


class PostgresListing:
    """Lists the database that ``driver`` is in."""

    def __init__(self, driver: PostgresDriver, extract: MetadataExtract) -> None:
        self.driver, self.extract = driver, extract
        self.contents = Contents()
        self._ahead: tuple[Sequence[str], dict[str, list[Listed]]] = ((), {})

    def forget(self) -> None:
        """Another unit begins: what is listed is listed anew."""
        self.contents.forget()
        self._ahead = ((), {})

    def names(self, node: str, schemas: Sequence[str], span: KeyRange, ahead: bool = False) -> list[Listed]:
        """All names of schemas, by schema and key, each with the filter rule that drops it.

        With ``ahead``, the nodes that come after this one are listed in the same round trip and kept until they are
        asked for, where the names are known to be few.
        """
        known, kept = self._ahead
        if ahead and known == schemas and node in kept:
            return kept.pop(node)
        nodes = [node]
        if ahead and self.contents.few(schemas):
            nodes = list(LISTINGS)[list(LISTINGS).index(node) :]
        having = {each: self.contents.having(each, schemas) for each in nodes}
        asked = {each: self._request(each, those, span) for each, those in having.items() if those}
        rows = dict(zip(asked, self.driver.together(list(asked.values())) if asked else (), strict=True))
        found = {each: self._read(each, rows.get(each, ()), span, schemas) for each in nodes}
        if ahead:
            self._ahead = (schemas, found)
        return found.pop(node)

    def _request(self, node: str, schemas: Sequence[str], span: KeyRange) -> tuple[str, Params]:
        if node in other_objects.NODES:
            return other_objects.request(self.driver, node, schemas)
        parts = self.parts(node, span)
        return self.driver.composed(parts.pop("listing"), **parts), self.parameters(schemas, span)

    def pages(self, node: str, schema: str, span: KeyRange, size: int) -> Iterator[list[Listed]]:
        """The names of one schema, ``size`` of them in one answer, where the server orders as we do."""
        after = span.after
        while True:
            part = span.resume(after)
            params = self.parameters([schema], part)
            if (
                node in other_objects.NODES or params["after"] != part.after
            ):  # few of them; or the server cannot compare
                yield self.names(node, [schema], part)
                return
            rows = self.driver.rows("page", params | {"size": size}, **self.parts(node, part))
            yield self._read(node, rows, part, [schema])
            if len(rows) < size:
                return
            after = max(row[1] for row in rows)

    @staticmethod
    def parts(node: str, span: KeyRange) -> dict[str, str]:
        """What the listing's statement is made of: by schema where it is whole, which no other index serves."""
        listing, members = LISTINGS[node]
        return {"listing": listing, "members": f"{members}_{'of_schemas' if span.whole else 'in_range'}"}

    def _read(self, node: str, rows: Iterable[tuple[Any, ...]], span: KeyRange, schemas: Sequence[str]) -> list[Listed]:
        if node in other_objects.NODES:
            return other_objects.listed(rows, schemas, span, self.extract)
        found = []
        for schema, key, name, oid, weight, *data in rows:
            if key in span:
                rule = self._rule(node, name, key, data)
                shown = name if node != "stored_procedure" else key
                found.append(Listed(schema, key, shown, oid, rule, weight, data, rule != PARTITIONS))
        found.sort(key=lambda each: each[:2])
        return found

    def _rule(self, node: str, name: str, key: str, data: Sequence[Any]) -> str | None:
        if data[-1] is not None and not self.extract.extension_objects:
            return other_objects.LEFT_OUT
        if node == "table":
            left_out = PARTITIONS if data[2] and not self.extract.partitions else None
            return self.extract.rule("views" if data[0] in "vm" else "tables", name) or left_out
        if node != "stored_procedure":
            return None
        return routine_rule(self.extract, name, key)

    def parameters(self, schemas: Sequence[str], span: KeyRange) -> dict[str, Any]:
        """What the listing's statement is sent with."""
        return {"schemas": list(schemas)} | self.bounds(span)

    def bounds(self, span: KeyRange) -> dict[str, str | None]:
        """Bounds for the server, never narrower than ``span``; what comes back is compared with it in any case.

        None where the server's bytes order differently, and none above what the type ``name`` would cut off.
        """
        if self.driver.open().info.parameter_status("server_encoding") != "UTF8":
            return {"after": None, "until": None}
        cut = span.until is not None and len(span.until.encode("utf-8", "replace")) > 63
        return {"after": _bound(span.after), "until": None if cut else _bound(span.until)}


def _bound(key: str | None) -> str | None:
    """A key as the server takes it: without NUL, which no name there holds."""
    return None if key is None or (not key.isprintable() and "\0" in key) else key
