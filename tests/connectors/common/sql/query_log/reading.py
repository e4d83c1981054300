"""How tests read logs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from pathlib import Path
from typing import Any

from connectors.common.sql.query_log.files import QueryLog
from connectors.common.sql.query_log.formats.named import NamedColumns
from connectors.common.sql.query_log.statements import LogPage, LogStatement, LogTally, TimeSpan
from connectors.common.sql.query_log.times import clock

SAMPLES = Path(__file__).parent / "samples"
NOW = 1_800_000_000.0
ALWAYS = TimeSpan(0.0, NOW)
CLOCK = clock(UTC)


def pages(format_: Any, path: Path | str, span: TimeSpan = ALWAYS, **kwargs: Any) -> tuple[list[LogPage], LogTally]:
    tally = LogTally()
    return list(QueryLog(format_, [str(path)], now=NOW).pages(span, tally, **kwargs)), tally


def read(format_: Any, path: Path | str, span: TimeSpan = ALWAYS) -> tuple[list[LogStatement], LogTally]:
    found, tally = pages(format_, path, span)
    return [statement for page in found for statement in page.statements], tally


def columns(named: Mapping[str, str] | None = None) -> NamedColumns:
    return NamedColumns(named or {}, CLOCK)
