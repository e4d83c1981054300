"""Checks for every new connection to a source which server it has reached, and how far that server's data is (its
position in the log of changes)."""

from __future__ import annotations

import time

from specs.contracts.ledger import UnitLedger
from specs.contracts.positions import SourcePosition
from specs.errors import HeadraceError, Retry
from specs.sources.base import Source
from workers.process.stop_flag import StopFlag
from workers.store.retries import patiently
from workers.unit.times import ARRIVAL_LOOK_SECONDS, ARRIVAL_SECONDS


class Arrivals:
    """What one worker knows of the server behind its source.

    ``stale``: since the unit began, something was read from a server that lacks changes which were read before.
    ``accept``: another server than the run's is accepted.
    """

    def __init__(self, ledger: UnitLedger, stop: StopFlag, *, accept: bool) -> None:
        self._ledger, self._stop, self._accept = ledger, stop, accept
        self._run = ""
        self._source: Source | None = None
        self._asked = self._waited = self._behind = False
        self._tells = self._follows = False
        self.stale = False

    def begin(self, source: Source, run: str, *, again: bool) -> None:
        """Check the server of ``source`` at the beginning of a unit of ``run``. ``again``: also when its connection was
        checked before; a standby's always is.

        Raises ``Fatal`` for another server than the run's, and the errors of the source.
        """
        if source is not self._source:
            self._source, self._asked, self._behind, self._follows = source, False, False, False
            source.arrived = lambda: self._arrive(source)
        self._run, self.stale = run, self._behind
        if not source.remote:
            self._tells = False
            return
        if self._asked:
            if again or self._follows:
                self._ask(source)
            return
        source.identity()  # connects, where there is anything to connect
        if not self._asked:
            self._ask(source)

    def reached(self, source: Source) -> str | None:
        """The source's position for the unit's receipt, as text; ``None`` when the source has none or was stale."""
        position = source.reached() if self._tells and not self.stale else None
        return position.dump() if position is not None else None

    def _arrive(self, source: Source) -> None:
        """Check a new connection, which is usually made in the middle of a walk."""
        try:
            self._ask(source)
        except (HeadraceError, MemoryError):
            raise
        except Exception as error:  # the unit is lost or the process ends: the walk's next step will raise that too
            raise Retry(f"the server could not be identified: {error}", reason="catalog") from None

    def _ask(self, source: Source) -> None:
        self._asked = True
        end = time.monotonic() + (0.0 if self._waited else ARRIVAL_SECONDS)
        looks = 0
        while True:
            settle = looks > 0 and time.monotonic() >= end
            position = self._compare(source, settle)
            if not self._behind or settle or self._stop.is_set():
                break
            if looks:  # the second question comes without a wait: a server under constant writes is further by then
                self._waited = True
                self._stop.wait(ARRIVAL_LOOK_SECONDS)
            looks += 1
        self._tells = position is not None
        self._follows = position is not None and (position.standby or self._behind)
        self.stale = self.stale or self._behind

    def _compare(self, source: Source, settle: bool) -> SourcePosition | None:
        identity, position = source.identity(), source.position()
        self._behind = patiently(
            lambda: self._ledger.identify(
                self._run, identity, accept=self._accept, position=position, settle=settle, now=time.time()
            )
        )
        return position
