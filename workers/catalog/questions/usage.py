"""What the catalog knows of usage: days that were read of a service, and the buckets of objects on them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from specs import names
from workers.store.statements import Transactions

if TYPE_CHECKING:
    from workers.store.database import SqlDatabase


class UsedObject(NamedTuple):
    """The use of one object on several days. ``name`` is its FQN without the service's; ``last_use`` is ISO 8601."""

    name: str
    queries: int
    last_use: str


class UsageBuckets:
    """Reads the buckets of one service. Methods raise ``Retry`` while the catalog cannot be reached."""

    def __init__(self, db: SqlDatabase, service: str) -> None:
        self._transactions, self._service = Transactions(db, "workers.catalog"), names.build(service)

    def days(self, since: str = "") -> list[dict[str, Any]]:
        """The accounts of the days that were read, from day ``since`` on, in order."""
        with self._transactions.read() as sql:
            rows = sql.all("usage_days", parent=self._service, since=since)
        return [json.loads(row[0]) | json.loads(row[1] or "{}") for row in rows]

    def of(self, name: str, since: str = "") -> list[dict[str, Any]]:
        """The buckets of an object, by day; those in which it was not used are left out."""
        with self._transactions.read() as sql:
            rows = sql.all("usage_of", parent=self._service, name=name, since=since)
        found = [json.loads(row[0]) | json.loads(row[1] or "{}") for row in rows]
        return [each for each in found if each.get("queries")]

    def totals(self, since: str = "") -> list[UsedObject]:
        """All objects that were used since that day, with the number of their statements, ordered by name."""
        with self._transactions.read() as sql:
            rows = sql.all("usage_totals", parent=self._service, since=since)
        return [UsedObject(str(row[0]), int(row[1]), str(row[2] or "")) for row in rows]

    def tables(self) -> Iterator[str]:
        """The FQNs of the service's live tables and views, in order."""
        after = ""
        while True:
            with self._transactions.read() as sql:
                rows = sql.all("usage_tables", begin=f"{self._service}.", end=f"{self._service}/", after=after)
            if not rows:
                return
            yield from (str(row[0]) for row in rows)
            after = str(rows[-1][0])

    @staticmethod
    def services(db: SqlDatabase) -> Sequence[str]:
        """The services of which any day was read, ordered by name."""
        with Transactions(db, "workers.catalog").read() as sql:
            return [str(row[0]) for row in sql.all("usage_services")]
