"""How fast entities go through the sink queue: ``python -m tests.benchmarks.sinkqueue REDIS CATALOG UNITS``.

Claims units of an open run as a worker does, and emits for each a thousand tables of ten columns that were built
beforehand; a flusher elsewhere commits them. The floor is ``copied``: COPY of the same bytes into an unlogged table.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress

import psycopg

from specs.contracts.work import Batch, Counts, Receipt, Row
from specs.entities.base import content_hash
from specs.entities.database.tables import Table
from specs.errors import Retry
from specs.testing.fake import build
from specs.testing.fake.config import FakeConnection
from specs.testing.fake.estate import Estate
from specs.topology.events import Start
from specs.topology.scope import KeyRange, Scope
from workers.cluster.membership import joined
from workers.cluster.settings import load
from workers.ledger import SqlLedger
from workers.unit.batch_builder import ENTITIES

SERVICE = "estate"
TABLES = 1000
"""Tables of one unit."""
COLUMNS = 10


def starts(units: int) -> list[Start]:
    return [Start("table", _scope(number), range=KeyRange()) for number in range(units)]


def _scope(number: int) -> Scope:
    return Scope((SERVICE, "db_00", f"schema_{number:04d}"))


def tables(number: int, version: int = 0) -> Iterator[Table]:
    estate = Estate(FakeConnection(columns=COLUMNS, tables=TABLES, schemas=10_000, views=0, version=version))
    scope = _scope(number)
    listing = estate.names("table", scope)
    for index in range(TABLES):
        yield build.table(estate, scope.child(listing.name(index)), listing)


def rows(number: int) -> list[Row]:
    found = []
    scope = _scope(number).fqn
    for entity in tables(number):
        content = entity.content()
        found.append(
            Row("Table", entity.fqn, entity.parent, entity.name, "table", scope, None, content_hash(content),
                entity.search_text(), content, entity.stats())
        )  # fmt: skip
    return found


def batches(run: str, unit: str, fence: int, entities: Sequence[Row]) -> Iterator[Batch]:
    """As a walk cuts them; the last one carries the receipt."""
    parts = [list(entities[at : at + ENTITIES]) for at in range(0, len(entities), ENTITIES)]
    for seq, part in enumerate(parts, 1):
        batch = Batch(run, unit, fence, seq, ("table", part[-1].name), part)
        batch.counts["Table"] = Counts(listed=len(part), sent=len(part))
        batch.receipt = Receipt(True, batches=seq) if seq == len(parts) else None
        yield batch


def produce(redis: str, catalog: str, units: int) -> None:
    """Emit the units of the open run; prints the seconds of the clock at the first claim."""
    made = [rows(number) for number in range(units)]
    by_scope = {_scope(number).fqn: number for number in range(units)}
    with joined(load({}, redis=redis, catalog=catalog)) as (db, queue):
        ledger = SqlLedger(db)
        (run,) = ledger.open_runs()
        print(time.time(), flush=True)
        while claim := ledger.claim("bench", run=run.id, now=time.time()):
            unit = claim.unit
            for batch in batches(run.id, unit.id, claim.fence, made[by_scope[unit.start.scope.fqn]]):
                position = None
                while position is None:
                    position = queue.put(batch, timeout=1.0)
            assert position is not None
            with suppress(Retry):  # the unit is being stored: the commit says the same
                ledger.flushing(unit.id, claim.fence, position)


def copied(url: str, units: int) -> tuple[float, int]:
    """Seconds to COPY the rows of as many units into an unlogged table without an index, and their bytes."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS floor")
        connection.execute(
            "CREATE UNLOGGED TABLE floor (type text, fqn text, parent text, name text, node text, scope text,"
            " hash text, search text, content text, stats text)"
        )
        blocks = [_block(rows(number)) for number in range(units)]
        begun = time.perf_counter()
        for block in blocks:
            with connection.cursor().copy("COPY floor FROM STDIN") as copy:
                copy.write(block)
        seconds = time.perf_counter() - begun
        connection.execute("DROP TABLE floor")
    return seconds, sum(map(len, blocks))


def _block(entities: Sequence[Row]) -> bytes:
    lines = []
    for row in entities:
        values = (row.type, row.fqn, row.parent, row.name, row.node, row.scope, row.hash.hex(), row.search,
                  row.content, row.stats or "")  # fmt: skip
        lines.append("\t".join(value.replace("\\", "\\\\").replace("\n", "\\n") for value in values))
    return ("\n".join(lines) + "\n").encode()


if __name__ == "__main__":
    produce(sys.argv[1], sys.argv[2], int(sys.argv[3]))
