"""Lists objects without an entity type of their own; one statement per level says everything about them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from connectors.common.sql.slices import Listed
from connectors.postgres.build.other_objects import OtherObjectRow
from connectors.postgres.driver.driver import PostgresDriver
from specs.config import MetadataExtract
from specs.topology.scope import KeyRange, Scope

NODES = {"service_object": 1, "database_object": 2, "schema_object": 3}
"""The nodes of such objects, and how many parts the path of what they lie in has."""
LEFT_OUT = "extension_objects: false"
"""The rule that leaves out what belongs to extensions."""


def request(driver: PostgresDriver, node: str, schemas: Sequence[str]) -> tuple[str, dict[str, Any]]:
    """The listing of a level with its parameters; ``schemas`` are the names of what it lies in, one above schemas."""
    return driver.composed("objects", level=f"{node}s"), {"schemas": list(schemas)}


def listed(
    rows: Iterable[tuple[Any, ...]], schemas: Sequence[str], span: KeyRange, extract: MetadataExtract
) -> list[Listed]:
    """Everything of a level, ordered, from the rows of its listing in ``schemas``."""
    found = []
    for row in map(OtherObjectRow._make, rows):
        name = row.full_name
        if name in span:
            rule = extract.rule("objects", name)
            if row.extension is not None and not extract.extension_objects:
                rule = LEFT_OUT
            found.append(Listed(row.schema or schemas[0], name, name, (row.kind, row.oid), rule, 1, row))
    found.sort(key=lambda each: each[:2])
    return found


def present(driver: PostgresDriver, scope: Scope) -> set[str]:
    """The names of all objects in ``scope``: those that the listing shows."""
    node = next(node for node, depth in NODES.items() if depth == len(scope.path))
    return {OtherObjectRow._make(row).full_name for row in driver.execute(*request(driver, node, [scope.name]))}
