"""Keeps a source open between the units of one worker, because connecting takes longer than reading a small unit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from specs.service_spec import METADATA
from specs.sources.base import Source
from specs.topology.read_mode import ReadMode
from workers.unit.source.sources import Opener


class SourcePool:
    """Lends the same source to one unit after the other, as long as each unit reads its results to the end.

    A unit that is interrupted (by an error, a stop or a split) leaves results half read: its source is closed, and the
    next unit gets a new one.
    """

    def __init__(self, open_: Opener) -> None:
        self._open = open_
        self._kept: Source | None = None
        self._part = ""
        self._spoilt = False

    @contextmanager
    def lend(self, reading: ReadMode, part: str = METADATA) -> Iterator[Source]:
        """Yields a source of ``part`` in this read mode; it is closed when the block raises, and kept otherwise.

        That of another part is closed before, so that a lane has one connection.
        """
        if part != self._part:
            self.close()
        self._part = part
        source, self._kept, self._spoilt = self._kept, None, False
        if source is None:
            source = self._open(part, reading)
        else:
            source.begin(reading)
        try:
            yield source
        except BaseException:
            source.close()
            raise
        if self._spoilt:
            source.close()
        else:
            self._kept = source

    def spoil(self) -> None:
        """Say that the present unit leaves results half read, so that its source is closed afterwards."""
        self._spoilt = True

    def close(self) -> None:
        """Close the kept source, because there is no unit to run for now. May be called twice."""
        source, self._kept = self._kept, None
        if source is not None:
            source.close()
