"""A source of usage whose catalog, clock and parser are in memory."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from connectors.common.sql.lineage.analysis.analyzer import LineageAnalyzer
from connectors.common.sql.usage.source import LogUsage
from specs.config import ConnectionConfig
from specs.contracts.parts.statements import StatementParser
from specs.entities import Column, Database, Entity, Schema, Service, Table, Usage, UsageDay
from specs.sources.database.extracts import UsageExtract
from specs.testing.resolver import MemoryResolver
from specs.topology.node import Item, Outcome
from specs.topology.scope import EVERYTHING, Scope

DAY = 1_795_910_400.0
"""2026-11-29, 00:00 UTC."""
COLUMNS = {"customers": ("id", "name"), "orders": ("id", "customer_id", "total"), "daily": ("day", "total")}


class UsageToday(LogUsage):
    """It is noon of 2026-11-29."""

    def now(self) -> float:
        return DAY + 43_200

    def new_parser(self) -> StatementParser:
        return LineageAnalyzer()


def catalog() -> list[Entity]:
    tables = [
        Table(
            fqn=f"shop.db.public.{name}",
            name=name,
            parent="shop.db.public",
            table_type="regular",
            columns=tuple(Column(name=column, native_type="integer") for column in columns),
        )
        for name, columns in COLUMNS.items()
    ]
    return [
        Service(fqn="shop", name="shop", service_type="postgres"),
        Database(fqn="shop.db", name="db", parent="shop"),
        Schema(fqn="shop.db.public", name="public", parent="shop.db"),
        *tables,
    ]


def source(log: Path | str, known: Iterable[Entity] = (), **settings: Any) -> UsageToday:
    found = UsageExtract.model_validate(
        {"query_log": {"type": "jsonl", "files": [str(log)]}, "window": "1d", **settings}
    )
    made = UsageToday("shop", ConnectionConfig(), settings=found)
    made.resolver = MemoryResolver.of([*catalog(), *known])
    return made


def write(log: Path, statements: Iterable[tuple[float, str, str]]) -> None:
    lines = (
        json.dumps({"time": DAY + second, "user": user, "database": "db", "text": text, "duration": 2.0})
        for second, user, text in statements
    )
    log.write_text("".join(f"{line}\n" for line in lines))
    os.utime(log, (DAY + 43_200, DAY + 43_200))


def append(log: Path, text: str) -> None:
    with log.open("a") as file:
        file.write(text)
    os.utime(log, (DAY + 43_200, DAY + 43_200))


def stored(made: UsageToday, day: str = "2026-11-29", data: Any = None) -> list[Entity]:
    """All that a run stores of a day, in its order."""
    account, used, _ = walked(made, day, data)
    scope, found = Scope.of("shop", day), [account, *used.values()]
    for mark in made.day_watermarks(scope, EVERYTHING):
        assert isinstance(mark, Item)
        found += made.yield_day_watermark(mark, scope.child(mark.name))
    return found


def walked(
    made: UsageToday, day: str = "2026-11-29", data: Any = None
) -> tuple[UsageDay, dict[str, Usage], list[Outcome]]:
    """The day, what was used on it by name, and the outcomes. ``data`` is that of the day's item."""
    scope = Scope.of("shop", day)
    told = list(made.yield_day(Item(day, day, data or {}), scope))
    found = {}
    for item in made.used(scope, EVERYTHING):
        assert isinstance(item, Item)
        (found[item.name],) = made.yield_usage(item, scope.child(item.name))
    days = [each for each in told if isinstance(each, UsageDay)]
    assert len(days) == 1
    return days[0], {name: use for name, use in found.items() if isinstance(use, Usage)}, [
        each for each in told if isinstance(each, Outcome)
    ]  # fmt: skip
