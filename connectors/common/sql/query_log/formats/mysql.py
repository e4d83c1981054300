"""Logs of MySQL and MariaDB: the general log and the slow log, as files."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterator
from typing import NamedTuple

from connectors.common.sql.query_log.formats.base import EntryLog, LogEntry
from connectors.common.sql.query_log.lines import LONGEST_RECORD, LogLines
from connectors.common.sql.query_log.statements import LogStatement
from connectors.common.sql.query_log.times import Clock

SESSIONS = 50_000
"""Connections whose user and database are remembered."""
_ENTRY = re.compile(
    r"(?:(?P<time>\d{4}-\d\d-\d\dT\S+|\d{6} +\d{1,2}:\d\d:\d\d)|\t)\t *(?P<id>\d+) (?P<command>[A-Z][A-Za-z ]*?)"
    r"[ ]*(?:\t(?P<argument>.*))?",
    re.DOTALL,
)
_PREAMBLE = ("Tcp port:", "Time  ", "Time\t", "TCP Port:")
_LOGIN = re.compile(r"(?P<user>\S*?)@\S* (?:as \S+ )?on ?(?P<database>\S*)")
_USE = re.compile(r"use\s+`?((?:[^`;]|``)+?)`?\s*;?\s*", re.IGNORECASE)
_EXECUTED = re.compile(r"\s*execute\s", re.IGNORECASE)
_HEADS = ("# Time: ", "# User@Host: ")
_USER = re.compile(r"# User@Host: (?P<user>[^\[ ]*)\[[^\]]*\] @ .*?(?:Id: +(?P<id>\d+))?\s*$", re.MULTILINE)
_THREAD = re.compile(r"# Thread_id: (?P<id>\d+) +Schema: (?P<database>\S*)")
_TOOK = re.compile(r"# Query_time: (?P<seconds>[\d.]+) .*?Rows_sent: (?P<rows>\d+)")
_STAMP = re.compile(r"SET timestamp=(\d+(?:\.\d+)?);")


class _Session(NamedTuple):
    user: str = ""
    database: str = ""


class MysqlGeneralLog(EntryLog):
    """The general log. A prepared statement counts when it is executed. Statements that the server refused look like
    all others. User and database of a session are known from its first line on."""

    carries = True
    empty_remedy = "set general_log = ON and log_output = FILE"

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sessions: OrderedDict[str, _Session] = OrderedDict()
        self._time: float | None = None

    def entries(self, lines: LogLines) -> Iterator[LogEntry]:
        entry: re.Match[str] | None = None
        rest: list[str] = []
        size = begin = 0
        for line in lines:
            found = _ENTRY.fullmatch(line.rstrip("\r\n"))
            if found is None:
                if entry is None and not line.startswith(_PREAMBLE) and "started with:" not in line:
                    if line.strip():
                        lines.broken("form", "the line is no entry of a general log")
                elif entry is not None and size < LONGEST_RECORD:
                    rest.append(line)
                    size += len(line)
                continue
            if entry is not None:
                made = self._entry(entry, rest, size, lines)
                if made is not None:
                    yield LogEntry(begin, lines.start, made)
            entry, rest, size, begin = found, [], 0, lines.start
        if entry is not None:
            if lines.unfinished:
                lines.unread(begin)
                return
            made = self._entry(entry, rest, size, lines)
            if made is not None:
                yield LogEntry(begin, lines.offset, made)

    def _entry(self, entry: re.Match[str], rest: list[str], size: int, lines: LogLines) -> LogStatement | None:
        if entry["time"] is not None:
            try:
                self._time = self._clock(entry["time"])
            except (ValueError, OverflowError, OSError):
                lines.broken("value", "the time is none")
                return None
        command, argument, id_ = entry["command"], entry["argument"] or "", entry["id"]
        session = self._sessions.get(id_, _Session())
        if command in ("Connect", "Change user"):
            login = _LOGIN.match(argument)
            if login is not None:
                self._remember(id_, _Session(login["user"], login["database"]))
        elif command == "Init DB":
            self._remember(id_, session._replace(database=argument))
        elif command == "Quit":
            self._sessions.pop(id_, None)
        elif command in ("Query", "Execute"):
            if size >= LONGEST_RECORD:
                lines.too_long()
                return None
            text = "\n".join([argument, "".join(rest).rstrip("\r\n")]) if rest else argument
            used = _USE.fullmatch(text) if len(text) < 200 else None
            if used is not None:
                self._remember(id_, session._replace(database=used[1]))
            if command == "Execute" or not _EXECUTED.match(text):
                if self._time is None:
                    lines.broken("value", "no line before tells the time")
                    return None
                return LogStatement(self._time, session.user, session.database, id_, text)
        return None

    def _remember(self, id_: str, session: _Session) -> None:
        self._sessions[id_] = session
        self._sessions.move_to_end(id_)
        if len(self._sessions) > SESSIONS:
            self._sessions.popitem(last=False)


class MysqlSlowLog(EntryLog):
    """The slow log, with ``long_query_time = 0`` a log of all statements. Each has a head of lines that begin with
    ``#``, perhaps ``use``, then ``SET timestamp``."""

    carries = True
    empty_remedy = "set slow_query_log = ON, long_query_time = 0 and log_output = FILE"

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._databases: OrderedDict[str, str] = OrderedDict()
        self._time: float | None = None

    def entries(self, lines: LogLines) -> Iterator[LogEntry]:
        head: list[str] = []
        body: list[str] = []
        size = begin = 0
        for line in lines:
            if line.startswith(_HEADS) if body else line.startswith("#"):
                if body:
                    made = self._statement(head, body, size, lines)
                    if made is not None:
                        yield LogEntry(begin, lines.start, made)
                    head, body, size = [], [], 0
                if not head:
                    begin = lines.start
                head.append(line)
            elif head and size < LONGEST_RECORD:
                body.append(line)
                size += len(line)
            elif not head and line.strip() and not line.startswith(_PREAMBLE) and "started with:" not in line:
                lines.broken("form", "the line is no entry of a slow log")
        if head:
            if lines.unfinished or not body:
                lines.unread(begin)
                return
            made = self._statement(head, body, size, lines)
            if made is not None:
                yield LogEntry(begin, lines.offset, made)

    def _statement(self, head: list[str], body: list[str], size: int, lines: LogLines) -> LogStatement | None:
        if size >= LONGEST_RECORD:
            lines.too_long()
            return None
        told = "".join(head)
        user, thread, took = _USER.search(told), _THREAD.search(told), _TOOK.search(told)
        session = (thread and thread["id"]) or (user and user["id"]) or ""
        database = (thread["database"] if thread else "") or self._databases.get(session, "")
        used = _USE.fullmatch(body[0]) if body else None
        if used is not None and len(body) > 1:
            database = used[1]
            body = body[1:]
        if session:
            self._databases[session] = database
            if len(self._databases) > SESSIONS:
                self._databases.popitem(last=False)
        time = self._told_time(told)
        stamp = _STAMP.match(body[0]) if body else None
        if stamp is not None:
            time, body = float(stamp[1]), body[1:]
        if body and body[0].startswith("# administrator command"):
            return None
        if user is None or took is None or time is None or not body:
            lines.broken("form", "the entry of the slow log lacks its user, its time or its text")
            return None
        self._time = time
        text = "".join(body).rstrip()
        return LogStatement(
            time,
            user["user"],
            database,
            session,
            text.removesuffix(";"),
            float(took["seconds"]) * 1000,
            int(took["rows"]),
        )

    def _told_time(self, head: str) -> float | None:
        """The time of the head; MariaDB leaves it out where it is that of the entry before."""
        if not head.startswith("# Time: "):
            return self._time
        try:
            return self._clock(head[len("# Time: ") :].split("\n")[0])
        except (ValueError, OverflowError, OSError):
            return self._time
