"""Writes the catalog out: JSON lines, a JSON array, or the JSON Schema of what the lines hold."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from specs.errors import known_values


def lines(catalog: str, service: str | None = None, *, stats: bool = False) -> Iterator[str]:
    """One entity a line, sorted by FQN, then type. Raises ``UsageError`` for an unknown service."""
    from workers.catalog import Catalog
    from workers.store.database import open_database

    with open_database(catalog, create=False) as db:
        found = Catalog(db)
        known = [each.name for each in found.services()]
        if service is not None and service not in known:
            raise known_values("there is no service", service, known, where=db.where)
        yield from found.export(service, stats=stats)


def array(found: Iterable[str]) -> Iterator[str]:
    """The same lines as one JSON array, which begins once the first line was read: a catalog that cannot be opened
    leaves no half of one behind."""
    rest = iter(found)
    previous = next(rest, None)
    yield "["
    for line in rest:
        if previous is not None:
            yield previous.rstrip("\n") + ","
        previous = line
    if previous is not None:
        yield previous.rstrip("\n")
    yield "]"


def schemas() -> str:
    """The JSON Schema of one line: each entity type under ``$defs`` by its name."""
    from specs.entities import entity_types

    definitions: dict[str, Any] = {}
    for name, entity in sorted(entity_types.items()):
        schema = entity.model_json_schema(ref_template="#/$defs/{model}")
        definitions |= schema.pop("$defs", {})
        properties = {field: each for field, each in schema["properties"].items() if field not in entity.VOLATILE}
        volatile = {field: each for field, each in schema["properties"].items() if field in entity.VOLATILE}
        schema["properties"] = {
            "type": {"const": name},
            "state": {"const": "missing", "description": "Not seen lately; absent while it is live."},
            **properties,
            **({"stats": {"type": "object", "properties": volatile}} if volatile else {}),
        }
        schema["required"] = ["type", *schema.get("required", [])]
        definitions[name] = schema
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "One line of an export",
        "oneOf": [{"$ref": f"#/$defs/{name}"} for name in sorted(entity_types)],
        "$defs": definitions,
    }
    return json.dumps(document, ensure_ascii=False, indent=2)
