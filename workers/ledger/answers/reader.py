"""The ledger's answers about runs, for commands and for processes of a cluster."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from time import time

from specs.contracts.work import Run, Via
from specs.names import clean
from specs.topology.events import Start
from workers.ledger.answers import progress as reading
from workers.ledger.answers.views import Failure, Incomplete, PartTally, RunMeters, RunProgress, UnitView
from workers.ledger.columns import load_start
from workers.ledger.run import runs
from workers.store.database import SqlDatabase
from workers.store.statements import Transactions


class Reader:
    """Answers about runs; changes nothing. All methods raise ``Retry`` and ``Fatal`` as ``SqlDatabase`` does."""

    def __init__(self, db: SqlDatabase) -> None:
        self.db = db
        self._transactions = Transactions(db, "workers.ledger")

    def run(self, run: str) -> Run:
        """The run of this id. Raises ``UsageError``, which lists recent runs, when there is none."""
        with self._transactions.once(writes=False) as sql:
            return runs.get(sql, run)

    def runs(self, service: str | None = None, limit: int = 20) -> list[Run]:
        """The latest runs, newest first."""
        with self._transactions.read() as sql:
            name = "recent_runs" if service is None else "recent_runs_of"
            return [runs.load_run(row) for row in sql.all(name, service=service, limit=limit)]

    def latest_runs(self) -> list[Run]:
        """The latest run of every service, by its name."""
        with self._transactions.read() as sql:
            return [runs.load_run(row) for row in sql.all("latest_runs")]

    def leased(self, run: str) -> bool:
        """Whether a worker holds a unit of the run under a lease that has not expired."""
        with self._transactions.once(time(), writes=False) as sql:
            return sql.one("leased", run=run) is not None

    def runs_like(self, part: str, service: str | None = None) -> list[str]:
        """The ids of up to six runs that begin or end with ``part``, the newest first."""
        with self._transactions.read() as sql:
            return [row.id for row in sql.all("runs_like", part=clean(part), service=service or "")]

    def open_runs(self, via: Via | None = None) -> list[Run]:
        """The runs that are not closed, the oldest first; with ``via``, only those of clusters or of single
        commands."""
        with self._transactions.once(writes=False) as sql:
            found = [runs.load_run(row) for row in sql.all("open_runs")]
        return [run for run in found if via is None or run.via == via]

    def counts(self, run: str) -> dict[str, dict[str, int]]:
        """By entity type: ``{"listed": n, "emitted": n, "unchanged": n, "filtered": n, "failed": n, "gone": n}``."""
        with self._transactions.read() as sql:
            return reading.counts(sql, run)

    def filtered(self, run: str) -> dict[tuple[str, str], int]:
        """The number of filtered objects by ``(type, rule)``."""
        with self._transactions.read() as sql:
            return reading.filtered(sql, run)

    def progress(self, run: str) -> RunProgress:
        with self._transactions.read() as sql:
            return reading.progress(sql, run)

    def parts(self, run: str) -> dict[str, PartTally]:
        """What each part of the run has done so far."""
        with self._transactions.read() as sql:
            return reading.parts(sql, run)

    def units(self, run: str, states: Collection[str] | None = None) -> Iterator[UnitView]:
        """The units of a run, or those in ``states``, in the order in which they were added, read in pages."""
        after: int | None = 0
        while after is not None:
            with self._transactions.read() as sql:
                page, after = reading.units_page(sql, run, after, states)
            yield from page

    def slowest(self, run: str, limit: int = 5) -> list[UnitView]:
        with self._transactions.read() as sql:
            return reading.slowest(sql, run, limit)

    def failures(self, run: str, kind: str = "failed") -> Iterator[Failure]:
        """Failed objects (or ``gone`` ones), in the order they were stored, read in pages."""
        after: int | None = 0
        while after is not None:
            with self._transactions.read() as sql:
                page, after = reading.failures_page(sql, run, kind, after)
            yield from page

    def incomplete(self, run: str) -> list[Incomplete]:
        with self._transactions.read() as sql:
            return reading.incomplete(sql, run)

    def retry_starts(self, run: str) -> list[Start]:
        """The starts of a retry of this run: failed units, listings that ended in an error, failed objects."""
        from workers.ledger.answers.retry_starts import starts

        failures = list(self.failures(run))
        with self._transactions.read() as sql:
            return starts(sql, run, failures)

    def start(self, unit: str) -> Start:
        """The start of a unit. Raises ``KeyError`` when there is no unit of this id."""
        with self._transactions.read() as sql:
            row = sql.one("start_of", unit=unit)
        if row is None:
            raise KeyError(unit)
        return load_start(row)

    def statements(self, run: str) -> int:
        """The number of statements that the run sent to its source."""
        with self._transactions.read() as sql:
            return int(reading.totals(sql, run)[4])

    def peak_rss(self, run: str) -> int:
        """The highest resident memory that a worker of the run reported, in bytes."""
        with self._transactions.read() as sql:
            return int(reading.totals(sql, run)[5])

    def outstanding(self, run: str) -> int:
        """The number of unfinished units of a run; 0 once it is closed."""
        with self._transactions.once(writes=False) as sql:
            return reading.unfinished(sql, run)

    def meters(self, run: str | None = None) -> RunMeters:
        """The meters of a run, or of all runs together: expired leases, refused batches, crashes."""
        with self._transactions.once(writes=False) as sql:
            return reading.meters(sql, run)

    def next_due(self, run: str, *, now: float) -> float | None:
        """Seconds until a delayed unit is due or a lease expires, whichever comes first; ``None`` when there is
        neither."""
        with self._transactions.read(now) as sql:
            row = sql.one("next_due", run=run)
            return None if row is None or row[0] is None else max(0.0, row[0])

    def reconcile(self, run: str, stored: Mapping[str, int] | None = None) -> list[str]:
        """A line for each number of the run that does not add up. ``stored``: the entities that it wrote, by type,
        counted in the catalog."""
        with self._transactions.read() as sql:
            return reading.reconcile(sql, run, stored)
