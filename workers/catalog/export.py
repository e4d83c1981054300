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
"""Objects whose sizes are read in one query."""
BYTES = 2_000_000
"""Most bytes of contents in memory at once, unless a single object has more."""


def export(db: SqlDatabase, service: str | None = None, *, stats: bool = False) -> Iterator[str]:
    """Yields lines without line end, from one reading transaction: ``{"type": ..., "fqn": ..., ...}``.

    Missing entities have ``"state": "missing"``; deleted ones are left out. Lines contain no run, time or event number.
    Volatile statistics are added only with ``stats``, because they differ between two crawls of the same estate. Memory
    holds ``BYTES`` of contents, or one object. Raises ``Retry`` while the database is unavailable.
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
                while rows:  # each row is freed before the next line is built, because a single one may be large
                    type_, state, content, volatile = rows.pop()
                    yield _line(type_, state, content, volatile if stats else None)
                    del content
                at |= {"fqn": last.fqn, "type": last.type}


def _cut(sizes: Sequence[Any]) -> Iterator[Any]:
    """Yields the last row of each page; a page has at most ``BYTES``, or a single object."""
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
    line = content.replace("{", head, 1)  # copies the content only once; it is never "{}", since it contains the FQN
    return f'{line[:-1]},"stats":{stats}}}' if stats else line
