"""The acceptance suite of snapshot sinks, and a sink in memory that passes it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from specs.sink import Mode, Sink

LINES = ['{"fqn":"shop","type":"Service"}', '{"fqn":"shop.ü😀","type":"Database"}', '{"fqn":"shop.x","type":"Schema"}']


class MemorySink:
    """Keeps the last snapshot in ``lines``."""

    def __init__(self) -> None:
        self.mode: Mode = "snapshot"
        self.lines: list[str] = []
        self.closed = False

    def write(self, lines: Iterable[str]) -> int:
        self.lines = list(lines)
        return len(self.lines)

    def close(self) -> None:
        self.closed = True


class SnapshotSuite:
    """Subclass it and override ``sink`` and ``stored``; the place is the same for all sinks of one test."""

    @pytest.fixture
    def place(self, tmp_path: Any) -> Any:
        """Where the sinks of this test write to."""
        return tmp_path

    def sink(self, place: Any) -> Sink:
        raise NotImplementedError

    def stored(self, place: Any) -> list[str] | None:
        """What a reader finds at the place; ``None``: nothing was ever written."""
        raise NotImplementedError

    def test_writes_all_lines(self, place: Any) -> None:
        sink = self.sink(place)
        assert sink.mode == "snapshot"
        assert sink.write(LINES) == 3
        sink.close()
        assert self.stored(place) == LINES

    def test_a_snapshot_replaces_the_one_before(self, place: Any) -> None:
        for lines in (LINES, LINES[:1], LINES[1:]):
            sink = self.sink(place)
            assert sink.write(lines) == len(lines)
            sink.close()
            assert self.stored(place) == lines

    def test_an_empty_snapshot_is_one(self, place: Any) -> None:
        sink = self.sink(place)
        assert sink.write([]) == 0
        sink.close()
        assert self.stored(place) == []

    def test_a_broken_stream_leaves_the_snapshot_before(self, place: Any) -> None:
        sink = self.sink(place)
        sink.write(LINES)

        def broken() -> Iterator[str]:
            yield LINES[0]
            raise RuntimeError("the catalog went away")

        with pytest.raises(RuntimeError):
            sink.write(broken())
        sink.close()
        assert self.stored(place) == LINES

    def test_takes_a_stream_of_any_length(self, place: Any) -> None:
        sink = self.sink(place)
        assert sink.write(f'{{"n":{number}}}' for number in range(20_000)) == 20_000
        sink.close()
        stored = self.stored(place)
        assert stored is not None
        assert stored[-1] == '{"n":19999}'

    def test_close_may_be_called_twice(self, place: Any) -> None:
        sink = self.sink(place)
        sink.close()
        sink.close()
