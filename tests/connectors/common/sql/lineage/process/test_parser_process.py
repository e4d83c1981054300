"""A parser in a process of its own: what a statement does to it costs that statement only."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.common.sql.lineage.process.parser_process import ParserProcess
from specs.contracts.parts.statements import Statement, TableName
from specs.errors import Fatal, Retry

PARSERS = "tests.connectors.common.sql.lineage.process.parsers"
OBEDIENT = f"{PARSERS}:ObedientParser"
MB = 1 << 20


@pytest.fixture
def parser() -> Iterator[ParserProcess]:
    made = ParserProcess(OBEDIENT, seconds=0.3, memory=600 * MB)
    yield made
    made.close()


def statements(*texts: str) -> list[Statement]:
    return [Statement(at, text) for at, text in enumerate(texts)]


def told(parser: ParserProcess, *texts: str) -> list[str]:
    """What becomes of each statement: its own text, or the error."""
    found = parser.lineage(statements(*texts), {})
    return [each.error or (each.target.name if each.target else "") for (each,) in found]


def test_thousands_of_statements_go_through_one_process(parser: ParserProcess) -> None:
    texts = [f"t{at}" for at in range(3000)]
    assert [named[0].name for named in parser.names(statements(*texts))] == texts
    assert told(parser, *texts) == texts
    assert parser.started == 1


def test_nothing_is_started_for_nothing(parser: ParserProcess) -> None:
    assert parser.names([]) == []
    assert parser.lineage([], {}) == []
    assert parser.started == 0
    parser.close()


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("spin", "takes more than 0.3 s"),
        ("hang_in_c", "takes more than 0.3 s"),
        ("close", "ended the parser"),
        ("die", "ended the parser (signal 9)"),
        ("eat", "takes too much memory"),
        ("raise", "the parser broke: ValueError in parsers.py:"),
    ],
)
def test_a_statement_that_breaks_the_parser_costs_itself_only(parser: ParserProcess, text: str, error: str) -> None:
    first, second, broken, last = told(parser, "a", "b", text, "c")
    assert (first, second, last) == ("a", "b", "c")
    assert error in broken


def test_what_the_parser_writes_harms_nothing(parser: ParserProcess) -> None:
    assert told(parser, "a", "print", "b") == ["a", "print", "b"]
    assert parser.started == 1


def test_an_error_quotes_nothing_of_the_text(parser: ParserProcess) -> None:
    (broken,) = told(parser, "raise geheim")
    assert "geheim" not in broken


def test_several_in_a_row_cost_themselves_only(parser: ParserProcess) -> None:
    found = told(parser, "spin", "die", "a", "die", "raise", "spin", "b")
    assert [each for each in found if each in ("a", "b")] == ["a", "b"]
    assert len(found) == 7


def test_a_statement_that_takes_too_long_is_read_once(parser: ParserProcess) -> None:
    texts = [f"t{at}" for at in range(30)]
    *found, broken, last = told(parser, *texts, "spin", "b")
    assert (found, last) == (texts, "b")
    assert "takes more than" in broken
    assert parser.started == 2


def test_what_broke_while_names_were_asked_is_not_tried_again(parser: ParserProcess) -> None:
    given = statements("a", "spin", "b")
    assert [[name.name for name in each] for each in parser.names(given)] == [["a"], [], ["b"]]
    started = parser.started
    (first,), (second,), (third,) = parser.lineage(given, {})
    assert "takes more than" in (second.error or "")
    assert (first.error, third.error, parser.started) == (None, None, started)


def test_a_process_that_hangs_is_ended() -> None:
    parser = ParserProcess(OBEDIENT, hanging=5.0)
    try:
        first, broken, last = told(parser, "a", "sleep", "b")
        assert (first, last) == ("a", "b")
        assert "hung for 5 s" in broken
    finally:
        parser.close()


def test_a_call_can_be_cancelled(parser: ParserProcess) -> None:
    parser.cancel()
    parser.names(statements("a"))
    waiting = threading.Timer(0.2, parser.cancel)
    waiting.start()
    with pytest.raises(Retry, match="cancelled"):
        parser.lineage(statements("a", "sleep"), {})
    waiting.join()
    assert told(parser, "b") == ["b"]


def test_a_statement_is_not_blamed_for_what_ended_its_process_once(parser: ParserProcess, tmp_path: Path) -> None:
    order = f"die_once {tmp_path / 'died'}"
    assert told(parser, "a", order, "b") == ["a", order, "b"]
    assert parser.started == 2


def test_a_statement_that_takes_more_memory_than_there_is_costs_itself_only() -> None:
    parser = ParserProcess(OBEDIENT, memory=100 * MB)
    try:
        first, broken, last = told(parser, "a", f"grow {200 * MB}", "b")
        assert (first, last, parser.started) == ("a", "b", 1)
        assert "takes too much memory" in broken
    finally:
        parser.close()


def test_a_process_that_has_grown_is_replaced() -> None:
    parser = ParserProcess(OBEDIENT, resident=200 * MB)
    try:
        told(parser, f"grow {250 * MB}")
        assert parser.pid is None
        assert told(parser, "a") == ["a"]
        assert parser.started == 2
    finally:
        parser.close()


def test_a_statement_gets_the_columns_of_what_it_names(parser: ParserProcess) -> None:
    known = {TableName("d", "s", name): (("x", "int"),) for name in ("A", "b", "c", "odd name", "v")}
    given = statements("from a", 'from "b", "c"')
    given[1] = given[1]._replace(target=TableName("d", "s", "V"))
    found = parser.lineage(given, known)
    assert [[name.name for name in each[0].sources] for each in found] == [
        ["A", "odd name"],
        ["b", "c", "odd name", "v"],
    ]


def test_a_parser_that_cannot_be_imported_ends_the_run_and_says_why() -> None:
    parser = ParserProcess(f"{PARSERS}:UnavailableParser")
    with pytest.raises(Fatal, match="does not start: ImportError: what it needs is not installed"):
        parser.names(statements("a"))
    parser.close()


def test_a_process_that_the_system_ends_while_it_starts_is_tried_again_later() -> None:
    parser = ParserProcess(f"{PARSERS}:DyingParser")
    with pytest.raises(Retry, match="does not start") as raised:
        parser.names(statements("a"))
    assert (raised.value.reason, raised.value.where) == ("memory", "ended by signal 9")
    parser.close()


def test_a_call_can_be_cancelled_while_its_process_starts() -> None:
    parser = ParserProcess(f"{PARSERS}:SlowParser")
    over = threading.Event()

    def cancel() -> None:
        while parser.pid is None and not over.wait(0.01):
            pass
        parser.cancel()

    waiting = threading.Thread(target=cancel)
    waiting.start()
    try:
        with pytest.raises(Retry, match="cancelled"):
            parser.names(statements("a"))
    finally:
        over.set()
        waiting.join()
        parser.close()


def test_where_no_process_can_be_started_it_is_tried_again_later() -> None:
    code = (
        "import os, resource\n"
        "from connectors.common.sql.lineage.process.parser_process import ParserProcess\n"
        "from specs.contracts.parts.statements import Statement\n"
        "from specs.errors import Retry\n"
        "full = max(map(int, os.listdir('/proc/self/fd')))\n"
        "for more in range(3):\n"
        "    resource.setrlimit(resource.RLIMIT_NOFILE, (full + more, 4096))\n"
        f"    parser = ParserProcess({OBEDIENT!r})\n"
        "    try:\n"
        "        parser.names([Statement(0, 'a')])\n"
        "    except Retry as error:\n"
        "        print(error.reason)\n"
        "    parser.close()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert (done.stdout.split(), done.stderr) == (["memory"] * 3, "")


def test_nothing_is_left_behind(parser: ParserProcess) -> None:
    before = set(os.listdir("/proc/self/fd"))
    told(parser, "a", "die", "b", "spin", "c")
    pid = parser.pid
    parser.close()
    parser.close()
    assert set(os.listdir("/proc/self/fd")) == before
    assert pid is not None
    assert not Path(f"/proc/{pid}").exists()


def test_the_process_ends_with_the_one_that_started_it() -> None:
    code = (
        "from connectors.common.sql.lineage.process.parser_process import ParserProcess\n"
        "from specs.contracts.parts.statements import Statement\n"
        f"parser = ParserProcess({OBEDIENT!r})\n"
        "parser.names([Statement(0, 'a')])\n"
        "print(parser.pid, flush=True)\n"
        "import os, signal\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    pid = int(done.stdout)
    deadline = time.monotonic() + 30
    while _runs(pid):
        assert time.monotonic() < deadline, "the parser outlives its parent"
        time.sleep(0.01)


def _runs(pid: int) -> bool:
    """Whether a process runs; one that has ended may wait for whoever adopted it."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
