"""Logs of PostgreSQL: csvlog and jsonlog."""

from __future__ import annotations

import json
import re
from abc import abstractmethod
from collections import OrderedDict
from collections.abc import Iterator
from typing import NamedTuple

from connectors.common.sql.query_log.formats.base import LogFormat
from connectors.common.sql.query_log.formats.records import csv_records
from connectors.common.sql.query_log.lines import LogLines
from connectors.common.sql.query_log.statements import LogStatement
from connectors.common.sql.query_log.times import Clock

SESSIONS = 10_000
"""Sessions whose last statement waits for its duration or its error; the longest waiting one waits no more."""
_COLUMNS = range(22, 40)
"""22 columns in version 12, 26 in version 18; further ones come last."""
_STATEMENT = re.compile(r"(?:statement|execute (?P<portal>[^:]+)): (?P<text>.*)", re.DOTALL)
_DURATION = re.compile(
    r"duration: (?P<ms>[\d.]+) ms(?:  (?P<step>statement|parse|bind|execute)(?P<portal> [^:]+)?: (?P<text>.*))?",
    re.DOTALL,
)
_PREPARED = re.compile(r"prepare: PREPARE\s+\S+?\s*(?:\([^)]*\))?\s+AS\s+(.*)", re.DOTALL | re.IGNORECASE)
_STAMP = re.compile(rb"(\d{4}-\d\d-\d\d \d\d:\d\d):\d\d[.\d]*( [^,\"\n]{1,40})[,\"]")
_STATEMENTS = re.compile(rb"statement: |execute [^:\n]*: ")
_MINUTES = 10_000
"""Minutes whose times are remembered."""
_JSON_BEGIN = b'{"timestamp":"'
_REFUSALS = frozenset({"ERROR", "FATAL", "PANIC"})


class _Entry(NamedTuple):
    time: str
    user: str
    database: str
    session: str
    severity: str
    message: str
    detail: str


class PostgresLog(LogFormat):
    """What both formats share: which messages are statements, and which duration or error belongs to which."""

    trails = True
    empty_remedy = "set log_statement = 'all' or log_min_duration_statement = 0, and lc_messages = 'C'"

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: OrderedDict[str, LogStatement] = OrderedDict()
        self._minutes: dict[bytes, float] = {}

    @abstractmethod
    def entries(self, lines: LogLines) -> Iterator[_Entry]:
        """The entries of a file."""

    def statements(self, lines: LogLines) -> Iterator[tuple[int, LogStatement]]:
        for entry in self.entries(lines):
            if lines.past and not self._waiting:
                return
            message = entry.message
            if entry.severity in _REFUSALS:
                if self._waiting.pop(entry.session, None) is not None:
                    lines.tally.counts["failed"] += 1
            elif message.startswith("duration: "):
                finished = self._duration(entry, lines)
                if finished is not None:
                    yield lines.offset, finished
            elif message.startswith(("statement: ", "execute ")):
                before = self._waiting.pop(entry.session, None)
                if before is not None:
                    yield lines.offset, before
                if not lines.past:
                    self._begin(entry, lines)
                if len(self._waiting) > SESSIONS:
                    yield lines.offset, self._waiting.popitem(last=False)[1]

    def flush(self) -> list[LogStatement]:
        found = list(self._waiting.values())
        self._waiting.clear()
        return found

    def _minute(self, line: bytes, at: int = 0) -> float | None:
        """The time of the record that begins with this line, to the minute; ``None`` for a line that begins none."""
        found = _STAMP.match(line, at)
        if found is None:
            return None
        key = found[1] + found[2]
        known = self._minutes.get(key)
        if known is None:
            if len(self._minutes) >= _MINUTES:
                self._minutes.clear()
            try:
                known = self._minutes[key] = self._clock(key.decode())
            except (ValueError, OverflowError, OSError):
                return None
        return known

    def _begin(self, entry: _Entry, lines: LogLines) -> None:
        found = _STATEMENT.match(entry.message)
        if found is not None and not (found["portal"] or "").startswith("fetch from"):
            made = self._made(entry, found["text"], None, lines)
            if made is not None:
                self._waiting[entry.session] = made

    def _duration(self, entry: _Entry, lines: LogLines) -> LogStatement | None:
        """The statement that a duration ends: its own, or the one that waits in its session."""
        found = _DURATION.fullmatch(entry.message)
        if found is None:  # a plan of auto_explain
            return None
        taken = float(found["ms"])
        if found["step"] is None:
            waiting = self._waiting.pop(entry.session, None)
            return waiting and waiting._replace(duration_ms=taken)
        if lines.past or found["step"] in ("parse", "bind") or (found["portal"] or "").startswith(" fetch from"):
            return None
        return self._made(entry, found["text"], taken, lines)

    def _made(self, entry: _Entry, text: str, taken: float | None, lines: LogLines) -> LogStatement | None:
        prepared = _PREPARED.match(entry.detail) if entry.detail else None
        try:
            time = self._clock(entry.time)
        except (ValueError, OverflowError, OSError):
            lines.broken("value", "the time is none")
            return None
        text = prepared[1] if prepared else text
        return LogStatement(time, entry.user, entry.database, entry.session, text, taken)


class PostgresCsvLog(PostgresLog):
    """``log_destination = csvlog``."""

    def times(self, lines: LogLines) -> Iterator[tuple[int, float]]:
        """Records are told apart by their quotes alone, which is several times as fast as reading them. A time inside
        of quotes means that one is missing somewhere: from there on they are read."""
        begin, inside = lines.offset, False
        for start, line in lines.raw():
            time = self._minute(line)
            if not inside:
                begin = start
                if time is None:
                    lines.broken("form", "the line begins no record")
                elif not lines.unfinished:
                    yield start, time
            elif time is not None:
                lines.back(begin)
                yield from self._read_times(lines)
                return
            lines.found = lines.found or _STATEMENTS.search(line) is not None
            inside ^= line.count(b'"') % 2 == 1
        if lines.unfinished or inside:
            lines.unread(begin)

    def _read_times(self, lines: LogLines) -> Iterator[tuple[int, float]]:
        for start, row in csv_records(lines):
            if lines.unfinished:
                lines.unread(start)
            elif row:
                time = self._minute(row[0].encode("utf-8", "replace") + b",")
                if time is None or len(row) not in _COLUMNS:
                    lines.broken("form", "the line begins no record")
                else:
                    lines.found = lines.found or _STATEMENTS.search(row[13].encode("utf-8", "replace")) is not None
                    yield start, time

    def entries(self, lines: LogLines) -> Iterator[_Entry]:
        for start, row in csv_records(lines):
            if lines.unfinished:
                lines.unread(start)
            elif len(row) not in _COLUMNS:
                if row:
                    lines.broken("form", f"a record of csvlog has 22 columns or more, and this one {len(row)}")
            else:
                yield _Entry(row[0], row[1], row[2], row[5], row[11], row[13], row[14])


class PostgresJsonLog(PostgresLog):
    """``log_destination = jsonlog``."""

    def times(self, lines: LogLines) -> Iterator[tuple[int, float]]:
        for start, line in lines.raw():
            if lines.unfinished:
                lines.unread(start)
                return
            time = self._minute(line, len(_JSON_BEGIN)) if line.startswith(_JSON_BEGIN) else self._told(line)
            if time is not None:
                lines.found = lines.found or _STATEMENTS.search(line) is not None
                yield start, time
            elif line.strip():
                lines.broken("form", "the line is no entry of jsonlog")

    def _told(self, line: bytes) -> float | None:
        """The time of an entry whose first field is another one."""
        try:
            return self._clock(json.loads(line)["timestamp"])
        except (ValueError, TypeError, LookupError, RecursionError, OverflowError, OSError):
            return None

    def entries(self, lines: LogLines) -> Iterator[_Entry]:
        for line in lines:
            try:
                row = json.loads(line)
                entry = _Entry(
                    row["timestamp"],
                    row.get("user", ""),
                    row.get("dbname", ""),
                    row.get("session_id", ""),
                    row["error_severity"],
                    row.get("message", ""),
                    row.get("detail", ""),
                )
            except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
                if lines.unfinished:
                    lines.unread(lines.start)
                elif line.strip():
                    lines.broken("form", "the line is no entry of jsonlog")
            else:
                yield entry
