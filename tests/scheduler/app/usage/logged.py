"""A service of SQLite whose usage is read from a log, at noon of 2026-11-29."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from connectors.common.sql.lineage.analysis.analyzer import LineageAnalyzer
from connectors.common.sql.usage.counters import CounterReading, CounterUsage, StatementCounter
from connectors.common.sql.usage.source import LogUsage
from specs.contracts.parts.statements import StatementParser
from specs.errors import Stop
from specs.recipe.recipe import Recipe
from specs.service_spec import DefaultDatabaseSpec
from specs.topology.node import Produced
from specs.topology.scope import KeyRange, Scope

NOON = 1_795_910_400.0 + 43_200


class UsageAtNoon(LogUsage):
    def now(self) -> float:
        return NOON

    def new_parser(self) -> StatementParser:
        return LineageAnalyzer()


spec = DefaultDatabaseSpec(
    name="sqlite",
    connection="connectors.sqlite.connection:SqliteConnection",
    metadata_source_class="connectors.sqlite.metadata:SqliteSource",
    usage_source_class=UsageAtNoon,
)


class BrokenOffAtNoon(UsageAtNoon):
    """It ends amid a day while there is a file ``ended`` beside the database."""

    def used(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        for at, item in enumerate(super().used(scope, span)):
            if at and Path(str(self.config.path)).with_name("ended").exists():  # type: ignore[attr-defined]
                raise Stop("it ended", scope.fqn)
            yield item


broken_off = replace(spec, usage_source_class=BrokenOffAtNoon)


class CountedAtNoon(UsageAtNoon, CounterUsage):
    """Its counters stand in a file beside the database."""

    def counters(self) -> CounterReading:
        told = json.loads(Path(str(self.config.path)).with_name("counters.json").read_text())  # type: ignore[attr-defined]
        counters = [StatementCounter(text, "ann", "", text, calls, 1.0 * calls) for text, calls in told.items()]
        return CounterReading("one", None, counters=counters)


counted = replace(spec, usage_source_class=CountedAtNoon)


def counting_recipe(folder: Path) -> Recipe:
    """The recipe without a log."""
    given = recipe(folder).model_dump(mode="json")
    given["service"]["type"] = f"{__name__}:counted"
    return Recipe.from_dict({**given, "extract": {"usage": True}})


def recipe(folder: Path, kind: str = "spec") -> Recipe:
    file = folder / "shop.db"
    if not file.exists():
        with closing(sqlite3.connect(file)) as connection:
            connection.executescript(
                "CREATE TABLE orders (id INTEGER, customer INTEGER); CREATE TABLE customers (id INTEGER);"
                "CREATE TABLE idle (x INTEGER); CREATE VIEW big AS SELECT id FROM orders;"
            )
    return Recipe.from_dict({
        "service": {"name": "shop", "type": f"{__name__}:{kind}"},
        "connection": {"path": str(file)},
        "extract": {"usage": {"window": "3d", "query_log": {"type": "jsonl", "files": [str(folder / "log.jsonl")]}}},
    })  # fmt: skip


def log(folder: Path, statements: Iterable[tuple[float, str, str]]) -> None:
    """Write ``(days ago, user, text)``."""
    lines = ({"time": NOON - ago * 86_400, "user": user, "text": text} for ago, user, text in statements)
    (folder / "log.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    os.utime(folder / "log.jsonl", (NOON, NOON))
