"""What people and their tools ask the ledger about."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from time import time

from specs.contracts.work import Run, Via
from specs.names import clean
from specs.topology.events import Start
from workers.ledger.answers import progress as reading
from workers.ledger.answers import retry_starts as retrying
from workers.ledger.answers.views import Failure, Incomplete, RunMeters, RunProgress, UnitView
from workers.ledger.columns import load_start
from workers.ledger.run import runs
from workers.store.database import SqlDatabase
from workers.store.statements import Transactions


class Reader:
    """Answers about runs; changes nothing. Raises what ``SqlDatabase`` raises."""

    def __init__(self, db: SqlDatabase) -> None:
        self.db = db
        self._transactions = Transactions(db, "workers.ledger")

    def run(self, run: str) -> Run:
        with self._transactions.once(writes=False) as desk:
            return runs.get(desk, run)

    def runs(self, service: str | None = None, limit: int = 20) -> list[Run]:
        """The latest runs, newest first."""
        with self._transactions.read() as desk:
            name = "recent_runs" if service is None else "recent_runs_of"
            return [runs.load_run(row) for row in desk.all(name, service=service, limit=limit)]

    def latest_runs(self) -> list[Run]:
        """The latest run of every service, by its name."""
        with self._transactions.read() as desk:
            return [runs.load_run(row) for row in desk.all("latest_runs")]

    def leased(self, run: str) -> bool:
        """Whether somebody holds a unit of the run, as far as its lease tells."""
        with self._transactions.once(time(), writes=False) as desk:
            return desk.one("leased", run=run) is not None

    def runs_like(self, part: str, service: str | None = None) -> list[str]:
        """Ids of up to six runs that begin or end so, newest first."""
        with self._transactions.read() as desk:
            return [row.id for row in desk.all("runs_like", part=clean(part), service=service or "")]

    def open_runs(self, via: Via | None = None) -> list[Run]:
        """The runs that are not closed, oldest first; ``via``: only those that such processes work on."""
        with self._transactions.once(writes=False) as desk:
            found = [runs.load_run(row) for row in desk.all("open_runs")]
        return [run for run in found if via is None or run.via == via]

    def counts(self, run: str) -> dict[str, dict[str, int]]:
        """Per entity type: listed, emitted, unchanged, filtered, failed, gone."""
        with self._transactions.read() as desk:
            return reading.counts(desk, run)

    def filtered(self, run: str) -> dict[tuple[str, str], int]:
        with self._transactions.read() as desk:
            return reading.filtered(desk, run)

    def progress(self, run: str) -> RunProgress:
        with self._transactions.read() as desk:
            return reading.progress(desk, run)

    def units(self, run: str, states: Collection[str] | None = None) -> Iterator[UnitView]:
        after: int | None = 0
        while after is not None:
            with self._transactions.read() as desk:
                page, after = reading.units_page(desk, run, after, states)
            yield from page

    def slowest(self, run: str, limit: int = 5) -> list[UnitView]:
        with self._transactions.read() as desk:
            return reading.slowest(desk, run, limit)

    def failures(self, run: str, kind: str = "failed") -> Iterator[Failure]:
        """Failed objects (or ``gone`` ones), in the order they were stored, read in pages."""
        after: int | None = 0
        while after is not None:
            with self._transactions.read() as desk:
                page, after = reading.failures_page(desk, run, kind, after)
            yield from page

    def incomplete(self, run: str) -> list[Incomplete]:
        with self._transactions.read() as desk:
            return reading.incomplete(desk, run)

    def retry_starts(self, run: str) -> list[Start]:
        """Where a retry of this run has to start: failed units, broken listings, failed objects."""
        failures = list(self.failures(run))
        with self._transactions.read() as desk:
            return retrying.starts(desk, run, failures)

    def start(self, unit: str) -> Start:
        with self._transactions.read() as desk:
            row = desk.one("start_of", unit=unit)
        if row is None:
            raise KeyError(unit)
        return load_start(row)

    def statements(self, run: str) -> int:
        with self._transactions.read() as desk:
            return int(reading.totals(desk, run)[4])

    def peak_rss(self, run: str) -> int:
        """The highest resident memory that a worker of the run reported, in bytes."""
        with self._transactions.read() as desk:
            return int(reading.totals(desk, run)[5])

    def outstanding(self, run: str) -> int:
        """Units of the run that are not finished; none once it is closed."""
        with self._transactions.once(writes=False) as desk:
            return reading.unfinished(desk, run)

    def meters(self, run: str | None = None) -> RunMeters:
        """What went wrong so far in a run, or in all that are on record."""
        with self._transactions.once(writes=False) as desk:
            return reading.meters(desk, run)

    def next_due(self, run: str, *, now: float) -> float | None:
        """Seconds until a delayed unit is due or a lease runs out; ``None`` when neither is there."""
        with self._transactions.read(now) as desk:
            row = desk.one("next_due", run=run)
            return None if row is None or row[0] is None else max(0.0, row[0])

    def reconcile(self, run: str, stored: Mapping[str, int] | None = None) -> list[str]:
        """What does not add up in the run's numbers, in words. ``stored``: rows it wrote, counted by SQL."""
        with self._transactions.read() as desk:
            return reading.reconcile(desk, run, stored)
