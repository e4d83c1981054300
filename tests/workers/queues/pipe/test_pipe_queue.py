"""The queue over pipes: both ends here, a real socket pair between them."""

from __future__ import annotations

import pickle
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

import pytest

from specs.contracts.work import Batch, CommitResult, Lost, QueuePosition, SinkQueue
from specs.errors import Fatal
from specs.testing.queue import SOON_SECONDS, QueueSuite, arrivals, batch
from workers.process.stop_flag import StopFlag
from workers.queues.pipe.calls import REPLY
from workers.queues.pipe.frames import Frames, frame
from workers.queues.pipe.pipe_queue import PipeQueue
from workers.queues.pipe.producer import ACKS, BATCH, ORDER, PipeLine


class Both:
    """A parent's and a worker's end as one queue."""

    def __init__(self, max_bytes: int) -> None:
        self.parent = PipeQueue()
        ours, theirs = socket.socketpair()
        self.stop = StopFlag()
        self.worker = PipeLine(theirs, self.stop, credit=max_bytes)
        self.worker.epoch = "here"
        self.worker.listen()
        self.parent.attach("w", ours)
        self.ours = ours

    def put(self, batch: Batch, *, timeout: float) -> QueuePosition | None:
        return self.worker.put(batch, timeout=timeout)

    def settle(self, unit: str, fence: int, *, timeout: float) -> bool:
        return self.worker.settle(unit, fence, timeout=timeout)

    def read(self, shard: int, limit: int) -> list[tuple[str, Batch]]:
        return self.parent.read(shard, limit)

    def remove(self, shard: int, ids: Iterable[str], results: Sequence[CommitResult]) -> None:
        self.parent.remove(shard, ids, results)

    def close(self) -> None:
        self.parent.close()
        eventually(self.stop.is_set)
        self.worker.close()


@contextmanager
def both(max_bytes: int = 10_000_000) -> Iterator[Both]:
    made = Both(max_bytes)
    yield made
    made.close()


def eventually(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + SOON_SECONDS
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.005)


class TestPipeQueue(QueueSuite):
    @contextmanager
    def queue(self, *, max_bytes: int = 10_000_000) -> Iterator[SinkQueue]:
        with both(max_bytes) as made:
            yield made


def test_a_torn_message_dies_with_its_pipe() -> None:
    with both() as queue:
        whole = frame(BATCH, pickle.dumps(batch(1)))
        queue.worker._pipe.sendall(whole + whole[:-3])
        queue.worker._pipe.shutdown(socket.SHUT_WR)
        eventually(lambda: queue.parent.ended == ["w"])
        assert [found.seq for _, found in arrivals(queue, 1)] == [1]
        assert queue.parent.holds("w")
        queue.parent.remove(0, [id_ for id_, _ in queue.read(0, 9)], ["applied"])
        assert not queue.parent.holds("w")
        queue.parent.forget("w")


def test_a_worker_whose_parent_is_gone_stops() -> None:
    with both() as queue:
        queue.parent.close()
        eventually(queue.stop.is_set)
        with pytest.raises(Lost):
            queue.put(batch(1), timeout=1)
        with pytest.raises(Lost):
            queue.settle("0" * 32, 7, timeout=1)


def test_orders_errors_and_ends_travel() -> None:
    with both() as queue:
        queue.worker.report(Fatal("the server refuses us", "db:5432", "check the password"))
        eventually(lambda: queue.parent.errors)
        assert str(queue.parent.errors[0]) == "the server refuses us (db:5432); check the password"
        queue.parent.stop("SIGINT")
        eventually(queue.stop.is_set)
        assert queue.stop.reason == "SIGINT"
        assert not queue.worker.over
        queue.parent.end()
        eventually(lambda: queue.worker.over)


def test_calls_are_answered_behind_the_end_of_the_run_too() -> None:
    with both() as queue:
        queue.parent.end()
        eventually(lambda: queue.worker.over)
        answers: list[object] = []
        asking = threading.Thread(target=lambda: answers.append(queue.worker.ask("claim", ("w",), {})), daemon=True)
        asking.start()
        queue.ours.sendall(frame(REPLY, pickle.dumps((1, True, "a unit"))))
        asking.join(SOON_SECONDS)
        assert answers == ["a unit"]


def test_a_worker_that_waits_for_an_answer_hears_that_its_parent_is_gone() -> None:
    with both() as queue:
        queue.parent.end()
        eventually(lambda: queue.worker.over)
        queue.parent.close()
        with pytest.raises(Lost):
            queue.worker.ask("claim", ("w",), {})


def test_a_worker_that_does_not_listen_any_more_counts_as_dead() -> None:
    parent = PipeQueue(patience=0.1)
    ours, theirs = socket.socketpair()
    parent.attach("w", ours)
    begun = time.monotonic()
    while not parent.ended and time.monotonic() - begun < SOON_SECONDS:
        parent.wake()
    assert parent.ended == ["w"]
    parent.close()
    theirs.close()


def test_wake_ends_the_idle_wait() -> None:
    with both() as queue:
        idle = threading.Thread(target=queue.worker.idle, args=[1000 * SOON_SECONDS], daemon=True)
        idle.start()
        end = time.monotonic() + 100 * SOON_SECONDS
        while idle.is_alive() and time.monotonic() < end:  # it may not have begun to wait when it was woken
            queue.ours.sendall(frame(b"W", b""))
            queue.parent.wake()
            idle.join(0.1)
        assert not idle.is_alive()


def test_the_first_message_is_the_order() -> None:
    ours, theirs = socket.socketpair()
    line = PipeLine(theirs, StopFlag())
    ours.sendall(frame(ORDER, pickle.dumps({"run": "r"})) + frame(ACKS, pickle.dumps([])))
    assert line.order() == {"run": "r"}
    ours.close()
    line.close()
    ours, theirs = socket.socketpair()
    ours.close()
    line = PipeLine(theirs, StopFlag())
    with pytest.raises(EOFError):
        line.order()
    line.close()


@pytest.mark.parametrize("step", [1, 2, 3, 5, 7, 1000])
def test_frames_come_out_whatever_the_pieces(step: int) -> None:
    messages = [(b"B", b"x" * size) for size in (0, 1, 4, 100)]
    stream = b"".join(frame(kind, payload) for kind, payload in messages)
    frames, found = Frames(), []
    for at in range(0, len(stream), step):
        found += frames.feed(stream[at : at + step])
    assert found == messages
    assert frames.feed(struct.pack(">I", 10) + b"Bhalf") == []
