"""The main function of a parser's process: it answers one statement after the other, within bounds of time and memory
that the system enforces."""

from __future__ import annotations

import os
import resource
import signal
import socket
from contextlib import suppress
from traceback import walk_tb
from typing import Any, NamedTuple

from connectors.common.sql.lineage.process.frames import receive, send
from specs.contracts.parts.statements import Columns, Statement, StatementParser
from specs.service_spec import imported

READY = "ready"
"""The first message of the process: its imports are done, and what is sent now is answered at once. Any other one says
why it ends."""
_PAGE = os.sysconf("SC_PAGE_SIZE")


class ParserBounds(NamedTuple):
    """``seconds`` of processor time for one statement, and ``memory``, the bytes of data that the process may hold."""

    seconds: float
    memory: int


class ParserRequest(NamedTuple):
    """What to do with some statements. ``columns`` are those of the relations that each one names."""

    method: str
    statements: tuple[tuple[Statement, Columns], ...]


class ParserAnswer(NamedTuple):
    """The answer to one statement, or why there is none; ``resident`` are the bytes that the process uses now."""

    found: Any
    error: str | None
    resident: int


def main(descriptor: int, parser: str, bounds: ParserBounds) -> None:
    """Answer requests until the other end of the pipe is closed. ``parser`` names a class: ``module:Class``."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _bound(bounds.memory)
    pipe = socket.socket(fileno=descriptor)
    with suppress(EOFError, OSError):
        made = _made(parser, pipe)
        send(pipe, READY)
        while True:
            request: ParserRequest = receive(pipe)
            for statement, columns in request.statements:
                signal.setitimer(signal.ITIMER_PROF, bounds.seconds)  # the signal ends the process, wherever it is
                answer = _answered(made, request.method, statement, columns)
                signal.setitimer(signal.ITIMER_PROF, 0.0)
                send(pipe, answer)


def _made(parser: str, pipe: socket.socket) -> StatementParser:
    try:
        made: StatementParser = imported(parser)()
    except Exception as problem:  # what this process says on its own goes nowhere
        send(pipe, f"{type(problem).__name__}: {problem}")
        raise
    return made


def _answered(parser: StatementParser, method: str, statement: Statement, columns: Columns) -> ParserAnswer:
    try:
        found: Any = parser.names([statement]) if method == "names" else parser.lineage([statement], columns)
        return ParserAnswer(found[0], None, _resident())
    except MemoryError:
        error = "reading it takes too much memory"
    except Exception as problem:  # a mistake of the parser, over a text that its authors did not expect
        error = f"the parser broke: {_place(problem)}"
    return ParserAnswer(None, error, _resident())


def _place(problem: Exception) -> str:
    """What broke, and where. The message is left out: it may quote the text, and texts hold passwords."""
    frames = [*walk_tb(problem.__traceback__)]
    frame, line = frames[-1]
    return f"{type(problem).__name__} in {os.path.basename(frame.f_code.co_filename)}:{line}"


def _bound(memory: int) -> None:
    """Bound the memory of this process, and let the kernel end it before any other one when the machine runs short."""
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    with suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")


def _resident() -> int:
    """Resident bytes of this process; 0 where the system does not tell."""
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[1]) * _PAGE
    except OSError:
        return 0
