"""Databases and schemas as the server lists them, with the fields that the items of their units carry.

The item of a unit is stored and sent around, so it has room for few grants and settings only. Where there are more, it
is marked, and they are asked for again when the entity is built (``build.containers``).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from connectors.postgres.build.containers import GRANTS_APART, SETTINGS_APART
from connectors.postgres.build.grants import Acl, grants
from connectors.postgres.build.options import settings
from connectors.postgres.driver.driver import PostgresDriver
from specs.config import MetadataExtract

GRANTS_ROOM = 2000
"""Characters that grants may take up in an item, as JSON."""
SETTINGS_ROOM = 1000
"""Characters that the settings of a database may take up in an item, as JSON."""

Fields = Callable[[], dict[str, Any]]
"""Makes the fields of an item."""


def databases(driver: PostgresDriver, extract: MetadataExtract) -> Iterator[tuple[str, bool, Fields]]:
    """``(name, whether it is invalid, fields)`` by name. Raises ``HeadraceError``, classified."""
    driver.use(driver.config.first_database)
    rows = driver.rows("databases", {"only": driver.config.database, "system": extract.system_schemas})
    for name, owner, comment, encoding, collation, broken, *more, acl, default_acl in sorted(rows, key=_name):
        known = {"owner": owner, "comment": comment, "encoding": encoding, "collation": collation}
        yield name, broken, partial(_database, known, more, acl, default_acl)


def schema(row: tuple[Any, ...]) -> tuple[str, Fields, int | None]:
    """Name, fields and estimated number of objects of a schema, from a row of their listing."""
    name, _, owner, comment, estimate, _, acl, default_acl, extension = row
    known = {"owner": owner, "comment": comment, "extension": extension}
    return name, lambda: _known(known) | _granted(acl, default_acl), estimate


def _database(known: dict[str, Any], more: list[Any], acl: Acl, default_acl: Acl) -> dict[str, Any]:
    """``more``: settings for every session, a limit of connections, a tablespace, which few databases have."""
    texts, connections, tablespace = more
    fields = _known(known)
    properties = _known({"connection limit": connections, "tablespace": tablespace})
    if properties:
        fields["properties"] = {name: str(value) for name, value in properties.items()}
    found = settings(texts)
    if len(json.dumps(found)) > SETTINGS_ROOM:
        fields[SETTINGS_APART] = True
    elif found:
        fields["settings"] = found
    return fields | _granted(acl, default_acl)


def _granted(acl: Acl, default: Acl) -> dict[str, Any]:
    found = [grant.model_dump(mode="json", exclude_defaults=True) for grant in grants(acl, default)]
    if len(json.dumps(found)) > GRANTS_ROOM:
        return {GRANTS_APART: True}
    return {"grants": found} if found else {}


def _known(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _name(row: tuple[Any, ...]) -> str:
    return str(row[0])
