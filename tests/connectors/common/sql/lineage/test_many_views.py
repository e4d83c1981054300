"""A schema of ten thousand views: what is kept of each ends with it."""

from __future__ import annotations

import gc
import os
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from connectors.common.sql.lineage.source import SLICE, DatabaseLineage
from connectors.postgres.connection.config import PostgresConnection
from specs.contracts.parts.resolver import StoredObject
from specs.entities.lineage import Lineage
from specs.testing.resolver import MemoryResolver
from specs.topology.scope import EVERYTHING, Scope
from tests.connectors.common.sql.lineage.estate import service, table, view

VIEWS, PAGE = 10_000, 500
MAIN = Scope.of("svc", "db", "main")
MB = 1 << 20


class ManyViews(MemoryResolver):
    """Makes each view when it is asked for; all others are those of a small catalog."""

    def children(
        self, parent: str, type_: str, *, containing: Sequence[str] = (), after: str = "", until: str | None = None,
        limit: int = 1000, contents: bool = True,
    ) -> list[StoredObject]:  # fmt: skip
        if type_ != "Table":
            return []
        start = int(after[-5:]) + 1 if after[-5:].isdigit() else 0
        return [made(at) for at in range(start, min(VIEWS, start + PAGE))]


def made(at: int) -> StoredObject:
    text = f"SELECT t.id, upper(t.name) AS name FROM t WHERE t.id > {at}"
    entity = view(f"svc.db.main.v{at:05}", text, depends=["svc.db.main.t"])
    return StoredObject("Table", entity.fqn, entity.name, entity.content())


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def alive() -> int:
    gc.collect()
    return sum(isinstance(each, Lineage) for each in gc.get_objects())


def test_memory_does_not_grow_with_the_views() -> None:
    begun = at_first = 0
    with closing(DatabaseLineage("svc", PostgresConnection(host="127.0.0.1", port=1, database="nowhere"))) as source:
        source.resolver = ManyViews.of([*service(), table("svc.db.main.t")])
        for count, item in enumerate(source.targets(MAIN, EVERYTHING), 1):
            assert item.key == f"v{count - 1:05}"
            if count == VIEWS // 5:
                begun, at_first = resident(), alive()
        assert count == VIEWS
        assert alive() <= at_first <= 2 * SLICE
        assert resident() - begun < 10 * MB
        assert source.parser.started == 1
