"""One source serves one unit after the other, until a unit leaves it half read."""

from __future__ import annotations

import pytest

from specs.errors import Retry
from specs.sources.base import Source
from specs.testing.fake import spec
from specs.topology.read_mode import ReadMode
from workers.unit.source.source_pool import SourcePool


class Opened:
    """Opens fake sources and remembers them, and which of them were closed."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.sources: list[Source] = []
        self.closed: list[Source] = []

    def __call__(self, part: str, reading: ReadMode) -> Source:
        opened = self
        self.parts.append(part)

        class Watched(spec.part("metadata_source_class")):  # type: ignore[misc]
            def close(self) -> None:
                opened.closed.append(self)
                super().close()

        source: Source = Watched("shop", spec.config_class()(), reading=reading)
        self.sources.append(source)
        return source


def test_the_next_unit_gets_the_same_source_and_its_own_reading() -> None:
    opened = Opened()
    lender = SourcePool(opened)
    with lender.lend(ReadMode(1000)) as first:
        pass
    with lender.lend(ReadMode(250)) as second:
        assert second is first
        assert second.reading.slice == 250
    assert (len(opened.sources), opened.closed) == (1, [])


def test_a_unit_of_another_part_gets_a_source_of_its_own_and_the_other_one_is_closed() -> None:
    opened = Opened()
    lender = SourcePool(opened)
    with lender.lend(ReadMode(), "metadata") as first:
        pass
    with lender.lend(ReadMode(), "usage") as second:
        assert second is not first
        assert opened.closed == [first], "a lane has one connection"
    with lender.lend(ReadMode(), "usage") as third:
        assert third is second
    assert opened.parts == ["metadata", "usage"]


def test_a_broken_unit_closes_its_source() -> None:
    opened = Opened()
    lender = SourcePool(opened)
    with pytest.raises(Retry), lender.lend(ReadMode()) as first:
        raise Retry("lost")
    with lender.lend(ReadMode()) as second:
        assert second is not first
    assert opened.closed == [first]


def test_a_unit_that_stops_half_way_spoils_its_source() -> None:
    opened = Opened()
    lender = SourcePool(opened)
    with lender.lend(ReadMode()) as first:
        lender.spoil()
    assert opened.closed == [first]
    with lender.lend(ReadMode()) as second:
        assert second is not first


def test_without_work_the_connection_is_given_back() -> None:
    opened = Opened()
    lender = SourcePool(opened)
    with lender.lend(ReadMode()) as first:
        pass
    lender.close()
    lender.close()
    assert opened.closed == [first]
