"""The catalog as JSON lines: one entity a line, ordered by FQN, byte for byte the same for equal catalogs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from specs import names
from workers import sqlfile

if TYPE_CHECKING:
    from workers.database import Database


def export(db: Database, service: str | None = None, *, stats: bool = False) -> Iterator[str]:
    """Lines without line end, from one snapshot, streamed: ``{"type": ..., "fqn": ..., ...}``.

    Missing entities carry ``"state": "missing"``; deleted ones are left out. No run, time or number appears. Volatile
    statistics differ between two crawls of the same estate, so they come only with ``stats``.
    """
    queries = sqlfile.load("workers.catalog", db.dialect)
    at = {"fqn": "", "type": ""}
    query = queries["export_page"]
    if service is not None:
        root = names.build(service)
        query = queries["export_service_page"]
        at = {"fqn": root, "type": "", "service": service, "end": f"{root}/"}
    with db.read() as conn:
        while rows := conn.execute(query, at).fetchall():
            for type_, _, state, content, volatile in rows:
                yield _line(type_, state, content, volatile if stats else None)
            at |= {"fqn": rows[-1][1], "type": rows[-1][0]}


def _line(type_: str, state: str, content: str, stats: str | None) -> str:
    """Put type and state before, and statistics behind, the canonical JSON of a content."""
    head = f'{{"type":{json.dumps(type_)},'
    if state != "live":
        head += f'"state":{json.dumps(state)},'
    body = content[1:]  # never empty: every entity has its FQN in it
    if stats:
        return f'{head}{body[:-1]},"stats":{stats}}}'
    return head + body
