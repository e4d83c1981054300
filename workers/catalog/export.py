"""The catalog as JSON lines: one entity a line, ordered by FQN, byte for byte the same for equal catalogs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from specs import names
from workers.store.statements import Transactions

if TYPE_CHECKING:
    from workers.store.database import SqlDatabase

OBJECTS = 500
"""Objects of which the sizes are asked for at once."""
BYTES = 2_000_000
"""Bytes of contents in memory at once, unless one object alone has more."""


def export(db: SqlDatabase, service: str | None = None, *, stats: bool = False) -> Iterator[str]:
    """Lines without line end, from one snapshot, streamed: ``{"type": ..., "fqn": ..., ...}``.

    Missing entities carry ``"state": "missing"``; deleted ones are left out. No run, time or number appears. Volatile
    statistics differ between two crawls of the same estate, so they come only with ``stats``. Memory holds ``BYTES`` of
    contents, or one object.
    """
    at: dict[str, Any] = {"fqn": "", "type": "", "limit": OBJECTS}
    kind = ""
    if service is not None:
        root = names.build(service)
        kind = "service_"
        at |= {"fqn": root, "type": "", "service": service, "end": f"{root}/"}
    with Transactions(db, "workers.catalog").read() as sql:
        while sizes := sql.all(f"export_{kind}sizes", **at):
            for last in _cut(sizes):
                page = {**at, "last_fqn": last.fqn, "last_type": last.type}
                rows = list(sql.all(f"export_{kind}page", **page))
                rows.reverse()
                while rows:  # each is let go before the next one is built: one alone may be large
                    type_, state, content, volatile = rows.pop()
                    yield _line(type_, state, content, volatile if stats else None)
                    del content
                at |= {"fqn": last.fqn, "type": last.type}


def _cut(sizes: Sequence[Any]) -> Iterator[Any]:
    """The last row of each page: together at most ``BYTES``, or one object alone."""
    weight = 0
    for at, row in enumerate(sizes):
        if at and weight + row[2] > BYTES:
            yield sizes[at - 1]
            weight = 0
        weight += row[2]
    yield sizes[-1]


def _line(type_: str, state: str, content: str, stats: str | None) -> str:
    """Put type and state before, and statistics behind, the canonical JSON of a content."""
    head = f'{{"type":{json.dumps(type_)},'
    if state != "live":
        head += f'"state":{json.dumps(state)},'
    line = content.replace("{", head, 1)  # never empty, and copied once: every entity has its FQN in it
    return f'{line[:-1]},"stats":{stats}}}' if stats else line
