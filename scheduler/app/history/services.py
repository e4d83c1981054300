"""The services of a catalog, each with what it has and how its last crawl went."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from scheduler.app.runs.run_state import state_of
from workers.catalog import Catalog
from workers.ledger import SqlLedger
from workers.store.database import SqlDatabase, open_database


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """One service. ``run`` is its latest one, ``state`` how that is, ``started_at`` in seconds since 1970."""

    service: str
    type: str
    live: int
    missing: int
    run: str | None
    state: str | None
    started_at: float | None
    reason: str

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def services(catalog: str) -> list[ServiceStatus]:
    """Services of a catalog that were crawled or tried, by name."""
    with open_database(catalog, create=False) as db:
        return services_in(db)


def services_in(db: SqlDatabase) -> list[ServiceStatus]:
    """The same for a catalog that is open."""
    ledger = SqlLedger(db)
    counts = {each.name: each for each in Catalog(db).services()}
    runs = {run.service: run for run in ledger.latest_runs()}
    found = []
    for name in sorted(counts.keys() | runs.keys()):
        entry, run = counts.get(name), runs.get(name)
        found.append(
            ServiceStatus(
                service=name,
                type=entry.type if entry else run.service_type if run else "",
                live=entry.live if entry else 0,
                missing=entry.missing if entry else 0,
                run=run.id if run else None,
                state=state_of(ledger, run) if run else None,
                started_at=run.started_at if run else None,
                reason=run.reason if run else "",
            )
        )
    return found
