"""Sends the statements of all facets of one slice in one round trip."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.common.sql.fetcher import Listed
from connectors.postgres.driver.driver import Params, PostgresDriver
from connectors.postgres.driver.oids import Oids

_Rows = list[tuple[Any, ...]]


@dataclass(slots=True)
class _Asked:
    """A statement by its name; ``rows`` once it was sent."""

    name: str
    params: Params
    rows: _Rows | None = None


class SharedTrip:
    """Collects statements until the rows of one of them are wanted, and sends them all at once."""

    def __init__(self, driver: PostgresDriver) -> None:
        self.driver = driver
        self._waiting: list[_Asked] = []
        self._kept: Sequence[Listed] = ()
        self._oids = Oids(())

    def rows(self, name: str, kept: Sequence[Listed]) -> Iterator[tuple[Any, ...]]:
        """The rows of the statement ``name``, whose one parameter are the oids of ``kept``; asking for the first sends
        whatever was collected.

        Raises ``HeadraceError``, classified, then.
        """
        if kept is not self._kept:  # most facets of a slice are about all of it
            self._kept, self._oids = kept, Oids([each.id for each in kept])
        asked = _Asked(name, [self._oids])
        self._waiting.append(asked)
        return self._rows(asked)

    def _rows(self, asked: _Asked) -> Iterator[tuple[Any, ...]]:
        if asked.rows is None:
            self._send()
        rows, asked.rows = asked.rows or [], []
        yield from rows

    def _send(self) -> None:
        waiting, self._waiting = self._waiting, []
        answers = self.driver.together([(self.driver.sql(each.name), each.params) for each in waiting])
        for each, rows in zip(waiting, answers, strict=True):
            each.rows = rows
