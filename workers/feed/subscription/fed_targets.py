"""Which objects a lineage tells of, now or before, for sinks whose receivers keep all lineage of an object together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from specs.contracts.sink import TypedFqn
from specs.recipe.dataset_names import namespace_of
from workers.ledger import SqlLedger
from workers.store.database import SqlDatabase
from workers.store.statements import Statements, Transactions

PAGE_TELLERS = 200
"""Most tellers of one object that are read at once."""


class FedTargets:
    """The ``StoredLineage`` of a catalog: its table ``fed_targets``, and the present contents of entities.

    A row is kept until its teller's lineage is removed from the catalog, which happens once all sinks know of the
    deletion. Targets that tell of themselves (views) need no row.
    """

    def __init__(self, db: SqlDatabase) -> None:
        self._db = db
        self._transactions = Transactions(db, "workers.feed")

    def targets(self, teller: str, now: Sequence[TypedFqn]) -> list[TypedFqn]:
        """Store ``now``, where it is new, and return all targets. Raises ``Retry`` as a transaction does."""
        with self._transactions.read() as sql:
            known = {TypedFqn(*row) for row in sql.all("targets_of", teller=teller)}
        new = [each for each in now if each.fqn != teller and each not in known]
        if new:
            with self._transactions.write() as sql:
                sql.many("note_target", [{"teller": teller, "type": each.type, "fqn": each.fqn} for each in new])
        return sorted({*known, *now})

    def feeding(self, target: TypedFqn) -> Iterator[str]:
        """Yields the live lineage that may tell of ``target``, its own first. Raises ``Retry`` as a transaction
        does."""
        after, tellers = "", [target.fqn]
        while tellers:
            with self._transactions.read() as sql:
                found = [_live(sql, "Lineage", teller) for teller in tellers]
                tellers = sql.column(
                    "tellers_of", fqn=target.fqn, type=target.type, after=after, limit=PAGE_TELLERS
                )  # fmt: skip
            yield from filter(None, found)
            after = tellers[-1] if tellers else after

    def content(self, wanted: TypedFqn) -> str | None:
        """The content of a live object. Raises ``Retry`` as a transaction does."""
        with self._transactions.read() as sql:
            return _live(sql, wanted.type, wanted.fqn)

    def namespace(self, service: str) -> str | None:
        """What OpenLineage calls the server of a service. Raises ``Retry`` as a transaction does."""
        runs = SqlLedger(self._db).runs(service, limit=1)
        return namespace_of(runs[0].service_type, runs[0].recipe) if runs else None


def _live(sql: Statements, type_: str, fqn: str) -> str | None:
    row = sql.one("state_of", fqn=fqn, type=type_)
    found: str | None = None if row is None or row[0] == "deleted" else row[1]
    return found
