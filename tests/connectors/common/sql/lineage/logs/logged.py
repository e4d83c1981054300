"""A source of lineage whose catalog, log, clock and parser are in memory or in a temporary folder."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from connectors.common.sql.lineage.analysis.analyzer import LineageAnalyzer
from connectors.common.sql.lineage.source import DatabaseLineage
from connectors.postgres.connection.config import PostgresConnection
from specs.contracts.parts.statements import StatementParser
from specs.entities.base import Entity
from specs.entities.lineage import Lineage, LineageLog
from specs.sources.database.extracts import LineageExtract
from specs.testing.resolver import MemoryResolver
from specs.topology.node import Item, Outcome
from specs.topology.scope import EVERYTHING, Scope
from tests.connectors.common.sql.lineage.estate import service, table

DAY = 1_795_910_400.0
"""2026-11-29, 00:00 UTC."""
LOG = Scope.of("svc", "query log")


class LineageAtNoon(DatabaseLineage):
    """It is noon of 2026-11-29."""

    def now(self) -> float:
        return DAY + 43_200

    def new_parser(self) -> StatementParser:
        return LineageAnalyzer()


def estate(*tables: str, columns: Mapping[str, tuple[str, ...]] | None = None) -> list[Entity]:
    """Tables of the schema ``public`` of PostgreSQL, by their names."""
    found = columns or {}
    made = [table(f"svc.db.public.{name}", found.get(name, ("id", "name"))) for name in tables]
    return [*service("postgres", "svc.db", "svc.db.public"), *made]


def write(log: Path, statements: Iterable[tuple[float, str, str]]) -> Path:
    """Write ``(seconds of the day, session, text)``, as JSON lines."""
    lines = (
        json.dumps({"time": DAY + second, "session": session, "database": "db", "text": text})
        for second, session, text in statements
    )
    log.write_text("".join(f"{line}\n" for line in lines))
    os.utime(log, (DAY + 43_200, DAY + 43_200))
    return log


def source(log: Path, known: Iterable[Entity], **settings: Any) -> LineageAtNoon:
    given = {"query_log": {"type": "jsonl", "files": [str(log)]}, "window": "1d", **settings}
    asked = LineageExtract.model_validate(given)
    made = LineageAtNoon("svc", PostgresConnection(host="127.0.0.1", port=1, database="nowhere"), settings=asked)
    made.resolver = MemoryResolver.of(known)
    return made


def told(made: LineageAtNoon) -> tuple[LineageLog, dict[str, Lineage], list[Outcome]]:
    """The account of the log, what it tells by target, and the outcomes."""
    (item,) = made.query_logs(made.root, EVERYTHING)
    assert isinstance(item, Item)
    with closing(made):
        account, *outcomes = made.yield_log(item, LOG)
        found = {each.name: each.data for each in made.logged(LOG, EVERYTHING) if isinstance(each, Item)}
    assert isinstance(account, LineageLog)
    return account, found, [each for each in outcomes if isinstance(each, Outcome)]


def edges(found: Mapping[str, Lineage]) -> dict[str, list[str]]:
    """The last parts of the names of what feeds each target."""
    return {
        key.rpartition(".")[2]: [edge.source.rpartition(".")[2] for flow in each.flows for edge in flow.edges]
        for key, each in found.items()
    }  # fmt: skip


def columns(found: Lineage) -> dict[str, list[str]]:
    """The columns of a target with those that they are made of."""
    return {
        flow.column: [f"{each.source.rpartition('.')[2]}.{each.column}" for each in flow.sources]
        for one in found.flows
        for flow in one.columns
    }  # fmt: skip


def read(
    folder: Path, known: Iterable[Entity], *statements: str | tuple[str, str], **settings: Any
) -> dict[str, Lineage]:
    """What a log of these statements tells; each is one of the session ``s``, or comes with its session."""
    pairs = [("s", each) if isinstance(each, str) else each for each in statements]
    log = write(folder / "log.jsonl", ((float(at), *pair) for at, pair in enumerate(pairs)))
    return told(source(log, known, **settings))[1]
