"""The main function of a parser's process: it answers one statement after the other, within bounds of time and memory
that the system enforces."""

from __future__ import annotations

import gc
import os
import resource
import signal
import socket
import time
from contextlib import suppress
from traceback import walk_tb
from typing import Any, NamedTuple

from connectors.common.sql.lineage.process.frames import Pipe
from connectors.common.sql.lineage.process.progress import ParserProgress
from specs.contracts.parts.statements import Columns, Statement, StatementParser
from specs.exports import imported

READY = "ready"
"""The first message of the process: its imports are done, and what is sent now is answered at once. Any other one says
why it ends."""
_TOGETHER, _CHARACTERS, _SECONDS = 50, 100_000, 0.05
"""How many answers go into one message at most, to about how many characters of texts, and how long the first waits."""
_YOUNG = 50_000
"""New objects after which the garbage collector looks at them while a text is read: its tree is no garbage."""
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
    """The answer to one statement, or why there is none."""

    found: Any
    error: str | None


class ParserAnswers(NamedTuple):
    """The answers to the next statements of a request; ``resident`` are the bytes that the process uses now."""

    answers: list[ParserAnswer]
    resident: int


def main(descriptor: int, progress: int, parser: str, bounds: ParserBounds) -> None:
    """Answer requests until the other end of the pipe is closed. ``parser`` names a class: ``module:Class``."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _bound(bounds.memory)
    pipe, reached = Pipe(socket.socket(fileno=descriptor)), ParserProgress(progress)
    with suppress(EOFError, OSError):
        made = _made(parser, pipe)
        gc.freeze()  # what is imported lives as long as the process
        gc.set_threshold(_YOUNG, 10, 10)
        pipe.send(READY)
        while True:
            _answer(made, pipe.receive(), pipe, reached, bounds.seconds)


def _made(parser: str, pipe: Pipe) -> StatementParser:
    try:
        made: StatementParser = imported(parser)()
    except Exception as problem:  # what this process says on its own goes nowhere
        pipe.send(f"{type(problem).__name__}: {problem}")
        raise
    return made


def _answer(
    parser: StatementParser, request: ParserRequest, pipe: Pipe, reached: ParserProgress, seconds: float
) -> None:
    answers: list[ParserAnswer] = []
    characters, begun = 0, time.monotonic()
    for at, (statement, columns) in enumerate(request.statements):
        reached.put(at)
        signal.setitimer(signal.ITIMER_PROF, seconds)  # the signal ends the process, wherever it is
        answers.append(_answered(parser, request.method, statement, columns))
        signal.setitimer(signal.ITIMER_PROF, 0.0)
        gc.collect(1)  # trees refer to themselves; now that none is left this takes microseconds
        characters += len(statement.sql)
        if len(answers) >= _TOGETHER or characters >= _CHARACTERS or time.monotonic() - begun >= _SECONDS:
            pipe.send(ParserAnswers(answers, _resident()))
            answers, characters, begun = [], 0, time.monotonic()
    if answers:
        pipe.send(ParserAnswers(answers, _resident()))


def _answered(parser: StatementParser, method: str, statement: Statement, columns: Columns) -> ParserAnswer:
    try:
        found: Any = parser.names([statement]) if method == "names" else parser.lineage([statement], columns)
        return ParserAnswer(found[0], None)
    except MemoryError:
        error = "reading it takes too much memory"
    except Exception as problem:  # a mistake of the parser, over a text that its authors did not expect
        error = f"the parser broke: {_place(problem)}"
    return ParserAnswer(None, error)


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
