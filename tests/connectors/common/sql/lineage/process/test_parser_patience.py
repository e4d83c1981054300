"""A parser on a busy machine is waited for as long as it gets on."""

from __future__ import annotations

import os
import pickle
import socket
import struct

import pytest

from connectors.common.sql.lineage.process.frames import Pipe
from connectors.common.sql.lineage.process.parser_process import ParserProcess
from connectors.common.sql.lineage.process.progress import processor_time
from specs.contracts.parts.statements import Statement

OBEDIENT = "tests.connectors.common.sql.lineage.process.parsers:ObedientParser"


def test_a_process_that_has_little_of_the_processor_is_waited_for() -> None:
    looks: list[int] = []

    def used(pid: int) -> int:
        assert pid == parser.pid
        looks.append(1)
        return min(4, len(looks))  # the fifth look finds that it had nothing

    parser = ParserProcess(OBEDIENT, hanging=0.05, used=used)
    try:
        ((found,),) = parser.lineage([Statement(0, "sleep")], {})
        assert ("hung" in (found.error or ""), len(looks)) == (True, 5)
    finally:
        parser.close()


def test_it_is_known_how_much_of_the_processor_a_process_had() -> None:
    before = processor_time(os.getpid())
    while processor_time(os.getpid()) == before:
        sum(range(100_000))
    assert processor_time(1 << 30) == 0


def test_what_comes_in_pieces_is_waited_for_in_the_midst_of_it() -> None:
    ours, theirs = socket.socketpair()
    sent = list(struct.pack(">I", len(pickle.dumps("text"))) + pickle.dumps("text"))

    def goes_on() -> bool:
        if not sent:
            return False
        theirs.send(bytes([sent.pop(0)]))
        return True

    with theirs:
        pipe = Pipe(ours, goes_on)
        pipe.wait_up_to(0.001)
        assert pipe.receive() == "text"
        with pytest.raises(TimeoutError):
            pipe.receive()
        pipe.close()


def test_what_is_taken_in_pieces_is_waited_for_in_the_midst_of_it() -> None:
    ours, theirs = socket.socketpair()
    text, taken = "x" * 5_000_000, bytearray()

    def goes_on() -> bool:
        taken.extend(theirs.recv(1_000_000))
        return True

    with theirs:
        pipe = Pipe(ours, goes_on)
        pipe.wait_up_to(0.001)
        pipe.send(text)
        pipe.close()
        while more := theirs.recv(1_000_000):
            taken.extend(more)
    assert pickle.loads(taken[4:]) == text
