"""A look at a query log for ``headrace check``: what it is, how far it reaches, and what is wrong with it."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import UTC, datetime

from connectors.common.sql.query_log.files import LogFile, QueryLog, seal
from connectors.common.sql.query_log.formats.parquet import ParquetExport
from connectors.common.sql.query_log.logs import trusted
from connectors.common.sql.query_log.statements import DayPlace, LogProblem, LogTally, TimeSpan
from connectors.common.sql.query_log.times import DAY_SECONDS
from specs.sources.base import Step

NAME = "read the query log"
MOST_FILES = 20
"""Files that are opened, those that were written to last."""
HEAD = 1 << 20
"""Bytes of each file that are read, and of the end of the last one."""


def tried(log: QueryLog, type_: str, now: float) -> Step:
    """Read the beginning of each file, and the end of the one that was written to last. Raises ``Fatal`` when the
    library of a format is missing."""
    began, tally, span = time.monotonic(), LogTally(), TimeSpan(0.0, now + DAY_SECONDS)
    files = log.files(tally)
    chosen = files[-MOST_FILES:]
    times = [time for file in chosen for time in _times(log, file, 0, span, tally)]
    if chosen and chosen[-1].size > HEAD and not isinstance(log.format, ParquetExport):
        times += _times(log, chosen[-1], chosen[-1].size - HEAD, span, LogTally())  # it begins amid a record
    size = sum(file.size for file in files)
    what = f"{type_}, {len(files):,} files of {size / 1e6:,.1f} MB; {tally.statements:,} statements read in a sample"
    if times:
        what += f", from {_shown(min(times))} to {_shown(max(times))}"
    counts = [
        f"{count:,} {kind.replace('_', ' ')}" for kind, count in sorted(tally.counts.items()) if kind != "outside"
    ]
    if counts:
        what += f"; {', '.join(counts)}"
    ok = trusted(tally) and not any(problem.offset is None for problem in tally.problems)
    told = "; ".join(dict.fromkeys(_problem(each) for each in tally.problems[:3]))
    remedy = next((each.remedy for each in tally.problems if each.remedy), "")
    return Step(NAME, ok, f"{what}; {told}" if told else what, time.monotonic() - began, "" if ok else remedy)


def _times(log: QueryLog, file: LogFile, begin: int, span: TimeSpan, tally: LogTally) -> Iterable[float]:
    rows = isinstance(log.format, ParquetExport)
    end = begin + (2_000 if rows else HEAD)
    place = DayPlace(file.mark, begin, end, end, seal(file, end))
    pages = log.placed(span, tally, [place]) or ()
    return [statement.time for page in pages for statement in page.statements]


def _problem(problem: LogProblem) -> str:
    place = problem.path if problem.offset is None else f"{problem.path}:{problem.offset}"
    return f"{place}: {problem.message}"


def _shown(moment: float) -> str:
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%d %H:%M:%S} UTC"
