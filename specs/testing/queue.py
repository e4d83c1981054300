"""The acceptance suite of sink queues: bounded, ordered per shard, a window per unit, nothing lost before removal."""

from __future__ import annotations

import threading
from base64 import b85encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import shake_128

import pytest

from specs.contracts.work import WINDOW, Batch, CommitResult, Lost, Receipt, Row, SinkQueue
from specs.names import mark

SOON_SECONDS = 5.0
"""Seconds within which anything expected must happen."""
UNIT, OTHER = "0" * 32, "1" * 32


def batch(seq: int, *, unit: str = UNIT, fence: int = 7, rows: int = 1, text: int = 100, last: bool = False) -> Batch:
    """A batch of ``rows`` rows with ``text`` bytes of content each."""
    made = Batch("run", unit, fence, seq, ("table", f"t{seq}"))
    for number in range(rows):
        fqn = f"shop.public.t{seq}_{number}"
        content = '"' + noise(text) + '"'
        row = Row(
            "Table", fqn, "shop.public", fqn, "table", "shop.public", mark("Schema", "s"), b"h" * 16, fqn, content, None
        )
        made.rows.append(row)
    if last:
        made.receipt = Receipt(True, batches=seq)
    return made


def noise(length: int) -> str:
    """Text that hardly compresses, so that queues which count packed bytes are bounded by it too."""
    return b85encode(shake_128(b"noise").digest(length)).decode()[:length]


class QueueSuite:
    """Subclass it and override ``queue``: a context manager that yields a queue of one shard.

    ``max_bytes`` bounds what is uncommitted, in whatever bytes the queue counts.
    """

    @contextmanager
    def queue(self, *, max_bytes: int = 10_000_000) -> Iterator[SinkQueue]:
        raise NotImplementedError
        yield

    def test_gives_batches_back_whole_and_in_order(self) -> None:
        with self.queue() as queue:
            sent = [batch(1), batch(2, rows=3), batch(3, last=True)]
            for each in sent:
                assert queue.put(each, timeout=SOON_SECONDS) is not None
            assert [found for _, found in arrivals(queue, 3)] == sent

    def test_read_leaves_everything_until_it_is_removed(self) -> None:
        with self.queue() as queue:
            queue.put(batch(1), timeout=SOON_SECONDS)
            queue.put(batch(2), timeout=SOON_SECONDS)
            first = arrivals(queue, 2)
            assert arrivals(queue, 2) == first
            queue.remove(0, [first[0][0]], ["applied"])
            assert [found.seq for _, found in arrivals(queue, 1)] == [2]

    def test_read_keeps_its_limit(self) -> None:
        with self.queue() as queue:
            for seq in (1, 2, 3):
                queue.put(batch(seq), timeout=SOON_SECONDS)
            arrivals(queue, 3)
            assert [found.seq for _, found in queue.read(0, 2)] == [1, 2]

    def test_positions_grow(self) -> None:
        with self.queue() as queue:
            places = [queue.put(batch(seq), timeout=SOON_SECONDS) for seq in (1, 2, 3)]
            ids = [place.id for place in places if place is not None]
            assert len(ids) == 3
            assert ids == sorted(set(ids))
            assert len({place.epoch for place in places if place is not None}) == 1

    def test_a_unit_has_a_window(self) -> None:
        with self.queue() as queue:
            for seq in range(1, WINDOW + 1):
                assert queue.put(batch(seq), timeout=SOON_SECONDS) is not None
            assert queue.put(batch(WINDOW + 1), timeout=0.05) is None
            assert queue.put(batch(1, unit=OTHER), timeout=SOON_SECONDS) is not None
            commit(queue, 1)
            assert queue.put(batch(WINDOW + 1), timeout=SOON_SECONDS) is not None

    def test_bytes_are_bounded(self) -> None:
        with self.queue(max_bytes=16_000) as queue:
            assert queue.put(batch(1, text=12_000), timeout=SOON_SECONDS) is not None
            assert queue.put(batch(1, unit=OTHER, text=12_000), timeout=0.05) is None
            commit(queue, 1)
            assert queue.put(batch(1, unit=OTHER, text=12_000), timeout=SOON_SECONDS) is not None

    def test_a_batch_beyond_the_bound_goes_alone(self) -> None:
        with self.queue(max_bytes=1000) as queue:
            assert queue.put(batch(1, text=50_000), timeout=SOON_SECONDS) is not None
            assert queue.put(batch(2), timeout=0.05) is None
            commit(queue, 1)
            assert queue.put(batch(2), timeout=SOON_SECONDS) is not None

    def test_who_waits_for_room_gets_it(self) -> None:
        with self.queue() as queue:
            for seq in range(1, WINDOW + 1):
                queue.put(batch(seq), timeout=SOON_SECONDS)
            placed: list[object] = []
            with running(lambda: placed.append(queue.put(batch(WINDOW + 1), timeout=SOON_SECONDS))):
                commit(queue, 2)
            assert placed != [None]
            assert [found.seq for _, found in arrivals(queue, WINDOW - 1)] == list(range(3, WINDOW + 2))

    @pytest.mark.parametrize("result", ["fenced", "gap"])
    def test_a_refused_unit_is_lost(self, result: CommitResult) -> None:
        with self.queue() as queue:
            queue.put(batch(1), timeout=SOON_SECONDS)
            commit(queue, 1, result)
            with pytest.raises(Lost):
                until_lost(queue)
            assert queue.put(batch(1, fence=8), timeout=SOON_SECONDS) is not None

    def test_duplicates_are_no_refusal(self) -> None:
        with self.queue() as queue:
            queue.put(batch(1), timeout=SOON_SECONDS)
            commit(queue, 1, "duplicate")
            assert queue.settle(UNIT, 7, timeout=SOON_SECONDS)
            assert queue.put(batch(2), timeout=SOON_SECONDS) is not None

    def test_settle_waits_for_the_last_commit(self) -> None:
        with self.queue() as queue:
            assert queue.settle(UNIT, 7, timeout=0.05)
            queue.put(batch(1), timeout=SOON_SECONDS)
            queue.put(batch(2), timeout=SOON_SECONDS)
            assert not queue.settle(UNIT, 7, timeout=0.05)
            commit(queue, 2)
            assert queue.settle(UNIT, 7, timeout=SOON_SECONDS)

    def test_removing_twice_frees_once(self) -> None:
        with self.queue() as queue:
            for seq in range(1, WINDOW + 1):
                queue.put(batch(seq), timeout=SOON_SECONDS)
            (id_, _), *_ = arrivals(queue, WINDOW)
            queue.remove(0, [id_], ["applied"])
            queue.remove(0, [id_], ["applied"])
            assert queue.put(batch(WINDOW + 1), timeout=SOON_SECONDS) is not None
            assert queue.put(batch(WINDOW + 2), timeout=0.05) is None

    def test_many_producers_keep_their_own_order(self) -> None:
        with self.queue() as queue:
            units = [f"{number:032x}" for number in range(4)]
            seen: dict[str, list[int]] = {unit: [] for unit in units}

            def produce() -> None:
                for seq in range(1, 21):
                    for unit in units:
                        assert queue.put(batch(seq, unit=unit), timeout=SOON_SECONDS) is not None

            with running(produce):
                while sum(map(len, seen.values())) < 80:
                    entries = arrivals(queue, 1)
                    for _, found in entries:
                        seen[found.unit].append(found.seq)
                    queue.remove(0, [id_ for id_, _ in entries], ["applied"] * len(entries))
            assert all(order == list(range(1, 21)) for order in seen.values())

    def test_close_may_be_called_twice(self) -> None:
        with self.queue() as queue:
            queue.put(batch(1), timeout=SOON_SECONDS)
            queue.close()
            queue.close()


def arrivals(queue: SinkQueue, count: int) -> list[tuple[str, Batch]]:
    """What a shard holds once at least ``count`` batches have arrived, which over a wire takes a moment."""
    pause = threading.Event()
    for _ in range(int(SOON_SECONDS / 0.01)):
        found = queue.read(0, 100)
        if len(found) >= count:
            return found
        pause.wait(0.01)
    raise AssertionError(f"{count} batches were put, {len(found)} arrived")


def commit(queue: SinkQueue, count: int, result: CommitResult = "applied") -> None:
    """Take the first ``count`` batches out, as a flusher does."""
    ids = [id_ for id_, _ in arrivals(queue, count)[:count]]
    queue.remove(0, ids, [result] * count)


def until_lost(queue: SinkQueue) -> None:
    """Put until the refusal is known here: over a wire the news takes a moment."""
    assert queue.settle(UNIT, 7, timeout=SOON_SECONDS)
    for seq in range(2, 100):
        queue.put(batch(seq), timeout=0.1)


@contextmanager
def running(work: Callable[[], object]) -> Iterator[None]:
    """Run ``work`` in a thread; its error comes out at the end of the block."""
    errors: list[BaseException] = []

    def guarded() -> None:
        try:
            work()
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=guarded, daemon=True)
    thread.start()
    yield
    thread.join(SOON_SECONDS)
    assert not thread.is_alive(), "still waiting"
    if errors:
        raise errors[0]
