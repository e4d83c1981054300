"""A parser of statements in a process of its own: a text that hangs, breaks or bloats it costs that text only."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from connectors.common.sql.lineage.process.child import READY, ParserAnswers, ParserBounds, ParserRequest
from connectors.common.sql.lineage.process.frames import Pipe
from connectors.common.sql.lineage.process.progress import ParserProgress, processor_time
from specs.contracts.parts.statements import Columns, Statement, StatementLineage, TableName
from specs.errors import Fatal, Retry

ANALYZER = "connectors.common.sql.lineage.analysis.analyzer:LineageAnalyzer"
"""The class that the process runs."""
STATEMENT_SECONDS = 20.0
"""Seconds of processor time that one statement may take."""
STARTING_SECONDS = 120.0
"""Seconds that the process may take until its imports are done."""
HANGING_SECONDS = 120.0
"""Seconds after which a process that does not answer is ended if it used no processor time in between: on a busy
machine it may have had little of it, and what it may have of it is bounded anyway."""
ENDING_SECONDS = 1.0
"""Seconds that a process may take to end once it has closed its pipe."""
DATA_BYTES = 1 << 30
"""Most bytes of data that the process may hold, however many there are: a text of a megabyte takes a few hundred."""
RESIDENT_BYTES = 300_000_000
"""Resident bytes above which the process is replaced by a new one, between two statements."""
_STATEMENTS, _BYTES = 200, 1_000_000
"""Most statements of one request, and about the most bytes of their texts."""
_WORD = re.compile(r"[\w$]+")
_START = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[2]); "
    "from connectors.common.sql.lineage.process.child import ParserBounds, main; "
    "main(int(sys.argv[1]), int(sys.argv[3]), sys.argv[4], ParserBounds(float(sys.argv[5]), int(sys.argv[6])))"
)


class ParserProcess:
    """A ``StatementParser`` that asks one process after the other; each is started when it is needed.

    ``parser`` names the class that the process runs, ``memory`` the bytes of data that it may hold and ``seconds`` what
    one statement may take of the processor; above ``resident`` bytes it is replaced between two statements. ``used``
    tells how much processor time a process has had. A process that a statement ends is replaced, and that statement is
    tried once more, alone: the system may have ended the process for another reason. All methods raise ``Retry`` when
    no process can be started or the call is cancelled, and ``Fatal`` when the parser cannot be imported there.
    """

    def __init__(
        self, parser: str = ANALYZER, *, memory: int | None = None, seconds: float = STATEMENT_SECONDS,
        hanging: float = HANGING_SECONDS, resident: int = RESIDENT_BYTES, used: Callable[[int], int] = processor_time,
    ) -> None:  # fmt: skip
        self._bounds = ParserBounds(seconds, min(memory or DATA_BYTES, DATA_BYTES))
        self._parser, self._hanging, self._resident = parser, hanging, min(resident, self._bounds.memory)
        self._used, self._used_before = used, 0
        self._process: subprocess.Popen[bytes] | None = None
        self._pipe: Pipe | None = None
        self._progress: ParserProgress | None = None
        self._ready = False
        self._broken: dict[int, str] = {}
        self._cancelled = False
        self._lost = 0
        self.started = 0

    @property
    def pid(self) -> int | None:
        """The process that runs now."""
        return None if self._process is None else self._process.pid

    def names(self, statements: Sequence[Statement]) -> list[tuple[TableName, ...]]:
        """The relations that each text names. Of a text that cannot be read there are none, and ``lineage`` says
        why."""
        named: dict[int, tuple[TableName, ...]] = {}
        self._broken = {}
        for statement, found in self._answers("names", [(each, {}) for each in statements]):
            if isinstance(found, str):
                self._broken[statement.id] = found
                found = ()
            named[statement.id] = found
        return [named[each.id] for each in statements]

    def lineage(self, statements: Sequence[Statement], columns: Columns) -> list[tuple[StatementLineage, ...]]:
        """What the statements of each text read and write. Each text gets the columns of the relations whose names
        occur in it. What broke while ``names`` was asked of the same statements is not tried again."""
        index: dict[str, list[TableName]] = defaultdict(list)
        for table in columns:
            name = table.name.casefold()
            index[name if _WORD.fullmatch(name) else ""].append(table)
        given = [(each, _needed(each, columns, index)) for each in statements if each.id not in self._broken]
        answers: dict[int, Any] = {id_: _failed(error) for id_, error in self._broken.items()}
        for statement, found in self._answers("lineage", given):
            answers[statement.id] = _failed(found) if isinstance(found, str) else found
        return [answers[each.id] for each in statements]

    def _answers(self, method: str, given: Sequence[tuple[Statement, Columns]]) -> Iterator[tuple[Statement, Any]]:
        """Yields each statement with its answer, or with the reason why there is none."""
        self._cancelled = False
        for chunk in _chunks(given):
            left, again = list(chunk), False
            while left:
                try:
                    for found in self._asked(method, left[:1] if again else left[:]):
                        yield left.pop(0)[0], found
                        again = False
                except (EOFError, OSError) as problem:
                    left.insert(0, left.pop(min(self._lost, len(left) - 1)))
                    error, certain = self._ended(problem)
                    if self._cancelled:
                        raise Retry("reading statements was cancelled", reason="cancelled") from None
                    if certain or again:
                        yield left.pop(0)[0], error
                    again = not again and not certain

    def _asked(self, method: str, statements: Sequence[tuple[Statement, Columns]]) -> Iterator[Any]:
        """Yields an answer for each statement. When it raises instead, ``_lost`` is how many statements the process had
        read whose answers did not come: the one behind these was read when it ended."""
        resident = received = self._lost = 0
        try:
            pipe, progress = self._begun()
            progress.put(0)
            pipe.send(ParserRequest(method, tuple(statements)))
            while received < len(statements):
                told: ParserAnswers = pipe.receive()
                resident = told.resident
                for each in told.answers:
                    received += 1
                    yield each.found if each.error is None else each.error
        except (EOFError, OSError):
            self._lost = max(0, self._reached() - received)
            raise
        if resident > self._resident:
            self.close()

    def _goes_on(self) -> bool:
        """Whether the process, which has not answered in time, had some of the processor since the last look."""
        if not self._ready or self._process is None:
            return False
        before, self._used_before = self._used_before, self._used(self._process.pid)
        return self._used_before > before

    def _reached(self) -> int:
        return 0 if self._progress is None else self._progress.get()

    def prepare(self) -> None:
        """Start the process, if none runs, without waiting for its imports. Raises ``Retry`` when that is not
        possible."""
        if self._process is not None:
            return
        ours: socket.socket | None = None
        bounds = [str(self._bounds.seconds), str(self._bounds.memory)]
        try:
            ours, theirs = socket.socketpair()
            with theirs:
                self._progress = self._progress or ParserProgress.begun()
                given = [theirs.fileno(), self._progress.descriptor]
                arguments = [str(given[0]), json.dumps(sys.path), str(given[1]), self._parser, *bounds]
                self._process = subprocess.Popen(
                    [sys.executable, "-P", "-c", _START, *arguments],
                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                    pass_fds=given, process_group=0,
                )  # fmt: skip
        except OSError as error:
            if ours is not None:
                ours.close()
            raise Retry("no process for the parser can be started", str(error), reason="memory") from None
        self._pipe, self._ready = Pipe(ours, self._goes_on), False
        self.started += 1

    def _begun(self) -> tuple[Pipe, ParserProgress]:
        """The ends of a process whose imports are done."""
        self.prepare()
        assert self._pipe is not None
        assert self._progress is not None
        if not self._ready:
            self._pipe.wait_up_to(STARTING_SECONDS)
            try:
                ready = self._pipe.receive()
            except (EOFError, OSError) as problem:
                raise self._unstarted(problem) from None
            if ready != READY:
                self.close()
                raise Fatal(f"the parser {self._parser!r} does not start: {ready}", reason="internal")
            self._pipe.wait_up_to(self._hanging)
            self._ready = True
        self._used_before = self._used(self._process.pid) if self._process is not None else 0
        return self._pipe, self._progress

    def _unstarted(self, problem: Exception) -> Retry | Fatal:
        """Why a process has not come up: ended by itself it would again, ended by the system it may not."""
        process, late = self._process, isinstance(problem, TimeoutError)
        assert process is not None
        self._ended(problem)
        if self._cancelled:
            return Retry("reading statements was cancelled", reason="cancelled")
        code = process.returncode
        if late or code < 0:
            why = f"not ready after {STARTING_SECONDS:g} s" if late else f"ended by signal {-code}"
            return Retry("the parser's process does not start", why, "see whether memory is short", reason="memory")
        return Fatal(f"the parser {self._parser!r} does not start: exit code {code}", reason="internal")

    def _ended(self, problem: Exception) -> tuple[str, bool]:
        """End the process, which has not answered; returns why, and whether its statement is the reason for certain."""
        process = self._process
        assert process is not None
        if isinstance(problem, TimeoutError):
            self.close()
            return f"reading it hung for {self._hanging:g} s", True
        self._drop()
        try:
            code = process.wait(ENDING_SECONDS)
        except subprocess.TimeoutExpired:  # it has closed its pipe, and does not end
            process.kill()
            code = process.wait()
        if code == -signal.SIGPROF:
            return f"reading it takes more than {self._bounds.seconds:g} s", True
        return f"reading it ended the parser ({f'signal {-code}' if code < 0 else f'exit code {code}'})", False

    def cancel(self) -> None:
        """End the call that runs now, from another thread; does nothing where there is none."""
        process = self._process
        if process is not None:
            self._cancelled = True
            process.kill()

    def close(self) -> None:
        """End the process; the next statement starts another one. May be called twice."""
        process, progress = self._process, self._progress
        self._drop()
        if process is not None:
            process.kill()
            process.wait()
        self._progress = None
        if progress is not None:
            progress.close()

    def _drop(self) -> None:
        pipe, self._pipe, self._process = self._pipe, None, None
        if pipe is not None:
            pipe.close()


def _needed(statement: Statement, columns: Columns, index: Mapping[str, list[TableName]]) -> Columns:
    """The columns of relations whose names occur in a text; of those that are no plain words, all."""
    words = {"", *_WORD.findall(statement.sql.casefold())}
    if statement.target is not None:
        words.add(statement.target.name.casefold())
    return {table: columns[table] for word in words & index.keys() for table in index[word]}


def _chunks(given: Sequence[tuple[Statement, Columns]]) -> Iterator[list[tuple[Statement, Columns]]]:
    chunk: list[tuple[Statement, Columns]] = []
    held = 0
    for each in given:
        if chunk and (len(chunk) == _STATEMENTS or held + len(each[0].sql) > _BYTES):
            yield chunk
            chunk, held = [], 0
        chunk.append(each)
        held += len(each[0].sql)
    if chunk:
        yield chunk


def _failed(error: str) -> tuple[StatementLineage, ...]:
    return (StatementLineage("other", level="none", error=error),)
