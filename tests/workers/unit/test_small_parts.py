"""Memory, retries, liveness, the stop flag, the emitter, the flusher, the reconciler: each by itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from specs.contracts.work import WINDOW, Batch, CommitResult, Lost, Receipt
from specs.errors import Fatal, Retry
from specs.testing.queue import UNIT, batch
from tests.patience import PATIENCE
from workers.process import liveness
from workers.process.governor import memory
from workers.process.interruption import interruptible
from workers.process.stop_flag import StopFlag
from workers.queues.flusher import GROUP_BYTES, Flusher
from workers.queues.memory import MemoryQueue
from workers.store.retries import jitter, patiently
from workers.unit.emitter import Emitter
from workers.unit.times import FULL_QUEUE_SECONDS


class TestMemory:
    def test_resident_memory_is_told(self) -> None:
        assert 5 * memory.MB < memory.rss() <= memory.peak_rss() * 1.1

    def test_the_guard_looks_now_and_then_and_relieves(self) -> None:
        sizes, calls = [50, 150, 80], []
        guard = memory.Guard(100, measure=lambda: sizes.pop(0), relieve=lambda: calls.append("relieved"))
        looks = [guard.due() for _ in range(2 * guard.EVERY)]
        assert looks == [False] * (2 * guard.EVERY - 1) + [True]
        assert guard.relieve()
        assert calls == ["relieved"]

    def test_what_does_not_go_is_tight_and_is_not_tried_again_at_once(self) -> None:
        size = 2 * memory.SOFT_BYTES
        guard = memory.Guard(3 * memory.SOFT_BYTES, measure=lambda: size, relieve=lambda: None)
        assert any(guard.due() for _ in range(guard.EVERY))
        assert guard.relieve()
        assert not any(guard.due() for _ in range(3 * guard.EVERY))
        size = 4 * memory.SOFT_BYTES
        assert any(guard.due() for _ in range(guard.EVERY))
        assert not guard.relieve()
        assert guard.tight

    def test_giving_back_does_no_harm(self) -> None:
        memory.give_back()
        assert memory.rss() > 0


class TestRetries:
    def test_jitter_is_bounded_and_grows(self) -> None:
        assert all(0 <= jitter(1) <= 1.0 for _ in range(100))
        assert all(0 <= jitter(50, cap=3) <= 3 for _ in range(100))
        assert max(jitter(6) for _ in range(200)) > 2

    def test_a_busy_catalog_is_asked_again(self) -> None:
        answers: list[Any] = [Retry("busy"), Retry("busy"), 42]

        def call() -> Any:
            answer = answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer

        assert patiently(call, sleep=lambda seconds: None) == 42

    def test_a_catalog_that_stays_out_is_fatal(self) -> None:
        def call() -> None:
            raise Retry("locked", "catalog.db")

        with pytest.raises(Fatal, match=r"the catalog stays out: locked \(catalog\.db\)"):
            patiently(call, patience=0.0, sleep=lambda seconds: None)


class TestLiveness:
    def test_we_live(self) -> None:
        assert not liveness.gone(liveness.name())
        assert not liveness.gone(liveness.name() + "/3")

    def test_an_ended_process_is_gone(self) -> None:
        process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
        name = liveness.name(process.pid)
        assert not liveness.gone(name)
        process.kill()
        process.communicate()
        assert liveness.gone(name)

    def test_another_process_of_that_id_is_none(self) -> None:
        host, pid, start = liveness.name().rsplit(":", 2)
        assert liveness.gone(f"{host}:{pid}:{int(start) + 1}")

    @pytest.mark.parametrize(
        "name",
        ["elsewhere:1:2", "w", "", "a:b:c", f"elsewhere:{os.getpid()}:1/2"],
        ids=["host", "short", "empty", "words", "own id elsewhere"],  # the same in every process of the tests
    )
    def test_what_is_not_of_this_machine_is_never_gone(self, name: str) -> None:
        assert not liveness.gone(name)

    def test_machines_of_one_image_are_told_apart_by_their_boot(self) -> None:
        """Equal host names, equal process ids, equal numbers of the first process space: one image, started twice."""

        def machine(boot: str) -> str:
            return liveness.identity(lambda path: boot if path == liveness.BOOT else "one image")

        first, second = machine("3f0c"), machine("77aa")
        assert first != second == machine("77aa")
        assert first.partition(".")[0] == second.partition(".")[0]
        _, pid, start = liveness.name().rsplit(":", 2)
        assert not liveness.gone(f"{machine('77aa')}:{pid}:{int(start) + 1}"), "another machine's"

    def test_containers_of_one_machine_are_told_apart_by_what_they_see(self, tmp_path: Path) -> None:
        assert liveness.identity(space=str(tmp_path)) != liveness.identity()

    def test_where_nothing_tells_of_a_boot(self) -> None:
        def nothing(path: str) -> str:
            raise FileNotFoundError(path)

        assert liveness.identity(nothing) != liveness.identity()


class TestStop:
    def test_waits_until_it_is_set(self) -> None:
        stop = StopFlag()
        assert not stop.wait(0.01)
        threading.Timer(0.1, stop.set, ["SIGINT"]).start()
        assert stop.wait(5)
        stop.set("later")
        assert (stop.reason, stop.is_set()) == ("SIGINT", True)


def emitter(queue: MemoryQueue, stop: StopFlag | None = None, waiting: Callable[[], None] = lambda: None) -> Emitter:
    return Emitter(queue, UNIT, 7, stop=stop or StopFlag(), waiting=waiting)


class TestEmitter:
    def test_numbers_without_gaps_and_signs_the_receipt(self) -> None:
        queue = MemoryQueue()
        sender, last = emitter(queue), batch(0)
        sender.emit(batch(0))
        last.receipt = Receipt(True)
        sender.emit(last)
        assert [found.seq for _, found in queue.read(0, 9)] == [1, 2]
        assert last.receipt == Receipt(True, batches=2)
        assert last.peak_rss > 0

    def test_tells_that_it_waits_and_goes_on_with_the_same_number(self) -> None:
        queue, waits = MemoryQueue(), []

        def waiting() -> None:
            waits.append(1)
            queue.remove(0, [id_ for id_, _ in queue.read(0, 1)], ["applied"])

        sender = emitter(queue, waiting=waiting)
        for _ in range(WINDOW + 1):
            sender.emit(batch(0))
        assert waits
        assert [found.seq for _, found in queue.read(0, 9)] == list(range(2, WINDOW + 2))

    def test_a_stopped_worker_does_not_wait_long(self) -> None:
        queue, stop = MemoryQueue(), StopFlag()
        sender = emitter(queue, stop)
        for _ in range(WINDOW):
            sender.emit(batch(0))
        stop.set()
        begun = time.monotonic()
        assert not sender.settle()
        with pytest.raises(Retry, match="full"):
            sender.emit(batch(0))
        assert time.monotonic() - begun < FULL_QUEUE_SECONDS, "one that is not stopped waits for so long"

    def test_a_lost_unit_comes_out(self) -> None:
        queue = MemoryQueue()

        def lost() -> None:
            raise Lost("the lease ran out")

        sender = emitter(queue, waiting=lost)
        for _ in range(WINDOW):
            sender.emit(batch(0))
        with pytest.raises(Lost):
            sender.emit(batch(0))

    def test_nothing_emitted_is_settled(self) -> None:
        assert emitter(MemoryQueue()).settle()


class Commits:
    """A ledger that only commits, as told."""

    def __init__(self, *answers: Any) -> None:
        self.answers, self.seen = list(answers), []

    def commit(self, batches: Sequence[Batch], *, now: float) -> list[CommitResult]:
        self.seen.append([found.seq for found in batches])
        answer = self.answers.pop(0) if self.answers else "applied"
        if isinstance(answer, Exception):
            raise answer
        return [answer] * len(batches)


def flusher(queue: MemoryQueue, ledger: Commits, **options: Any) -> Flusher:
    return Flusher(queue, ledger, **options)  # type: ignore[arg-type]


class TestFlusher:
    def test_commits_in_order_and_then_removes(self) -> None:
        queue, ledger = MemoryQueue(), Commits()
        for seq in (1, 2, 3):
            queue.put(batch(seq, last=seq == 3), timeout=1)
        flushing = flusher(queue, ledger)
        assert flushing.step() == 3
        assert flushing.step() == 0
        assert (ledger.seen, queue.bytes, flushing.batches, flushing.finished) == ([[1, 2, 3]], 0, 3, 1)

    def test_groups_are_bounded_in_bytes(self) -> None:
        queue, ledger = MemoryQueue(max_bytes=2 * GROUP_BYTES), Commits()
        for seq in (1, 2, 3):
            assert queue.put(batch(seq, text=GROUP_BYTES * 3 // 8), timeout=1) is not None
        flusher(queue, ledger).step()
        assert ledger.seen == [[1, 2]]

    def test_a_lost_reply_is_asked_for_again(self) -> None:
        queue, ledger = MemoryQueue(), Commits(Retry("the connection was lost"), "duplicate")
        queue.put(batch(1), timeout=1)
        assert flusher(queue, ledger).step() == 1
        assert ledger.seen == [[1], [1]]

    def test_a_full_disk_loses_nothing(self) -> None:
        queue, ledger = MemoryQueue(), Commits(Fatal("the disk is full"))
        queue.put(batch(1), timeout=1)
        flushing = flusher(queue, ledger)
        with pytest.raises(Fatal, match="disk"):
            flushing.step()
        assert len(queue.read(0, 9)) == 1
        assert flushing.step() == 1

    def test_a_catalog_that_stays_busy_is_fatal_in_the_end(self) -> None:
        queue, ledger = MemoryQueue(), Commits(*[Retry("locked")] * 50)
        queue.put(batch(1), timeout=1)
        with pytest.raises(Fatal, match="stays out"):
            flusher(queue, ledger, patience=0.05).step()
        assert len(queue.read(0, 9)) == 1

    def test_all_shards_are_drained(self) -> None:
        queue, ledger = MemoryQueue(shards=2), Commits()
        for unit in ("0" * 32, "0" * 7 + "1" + "0" * 24):
            queue.put(batch(1, unit=unit), timeout=1)
        assert flusher(queue, ledger, shards=(0, 1)).step() == 2


class TestInterruption:
    def test_a_signal_sets_the_flag_and_a_second_one_does_not_wait(self) -> None:
        stop = StopFlag()
        before = signal.getsignal(signal.SIGINT)
        with interruptible(stop):
            os.kill(os.getpid(), signal.SIGTERM)
            assert stop.wait(PATIENCE)
            threading.Timer(0.1, os.kill, [os.getpid(), signal.SIGINT]).start()
            with pytest.raises(KeyboardInterrupt):
                time.sleep(120)
        assert stop.reason == "SIGTERM"
        assert signal.getsignal(signal.SIGINT) is before

    def test_the_alarm_breaks_off_a_call_that_hangs(self) -> None:
        with interruptible(StopFlag()) as alarm:
            assert alarm is not None
            threading.Timer(0.1, alarm, ["shop.public"]).start()
            with pytest.raises(Retry, match=r"cannot be cancelled \(shop\.public\)"):
                time.sleep(120)

    def test_other_threads_change_no_handler(self) -> None:
        alarms: list[object] = []

        def enter() -> None:
            with interruptible(StopFlag()) as alarm:
                alarms.append(alarm)

        thread = threading.Thread(target=enter)
        thread.start()
        thread.join()
        assert alarms == [None]
