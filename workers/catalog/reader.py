"""The catalog for commands and programs: all questions and decisions about it, in one class."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, takewhile
from typing import TYPE_CHECKING

from workers.catalog import lookup
from workers.catalog.deletion import approvals
from workers.catalog.views import Brief, ChangeView, DeletionView, Difference, Entry, ServiceView
from workers.store.statements import Transactions

if TYPE_CHECKING:
    from workers.store.database import SqlDatabase


class Catalog:
    """Reads the catalog in ``db``, and carries out what a person decides. Deleted entities show up only in the feed."""

    def __init__(self, db: SqlDatabase) -> None:
        self.db = db

    def get(self, fqn: str, type: str | None = None) -> Entry | None:
        """The entity of this FQN; where several share it, the first by type, or the one of ``type``."""
        found = [entry for entry in self.find(fqn) if type is None or entry.type == type]
        return found[0] if found else None

    def find(self, fqn: str) -> list[Entry]:
        """All entities of this FQN, ordered by type; what describes another one last."""
        return lookup.find(self.db, fqn)

    def search(self, words: str, limit: int = 20) -> list[Brief]:
        """Entities that have all the words, or words beginning so; the best name match first."""
        return lookup.search(self.db, words, limit)

    def children(self, fqn: str | None = None) -> Iterator[Brief]:
        """Yields the entities directly below ``fqn``, ordered by FQN; without it, the services."""
        return lookup.children(self.db, fqn or "")

    def completions(self, begun: str, limit: int = 50) -> list[str]:
        """FQNs that begin with ``begun``, one level at a time; for a complete FQN, those below it."""
        found = self._beginning(begun.rpartition(".")[0], begun, limit)
        return found if found != [begun] else found + self._beginning(begun, f"{begun}.", limit)

    def _beginning(self, parent: str, begun: str, limit: int) -> list[str]:
        below = (each.fqn for each in lookup.children(self.db, parent, begun))
        return list(dict.fromkeys(islice(takewhile(lambda fqn: fqn.startswith(begun), below), limit)))

    def services(self) -> list[ServiceView]:
        return lookup.services(self.db)

    def export(self, service: str | None = None, *, stats: bool = False) -> Iterator[str]:
        """JSON lines ordered by FQN, the same bytes for equal catalogs; see ``workers.catalog.export``."""
        from workers.catalog.export import export  # nothing that crawls writes one

        return export(self.db, service, stats=stats)

    def changes(self, since: int = 0, *, run: str | None = None, limit: int = 1000) -> list[ChangeView]:
        """Up to ``limit`` events behind number ``since``, in order; of one run, where it is given."""
        from workers.catalog import history  # nothing that crawls reads the feed here

        return history.changes(self.db, since, run=run, limit=limit)

    def feed(self) -> tuple[int, int]:
        """The first and the last number that the feed holds."""
        from workers.catalog import history

        return history.position(self.db)

    def diff(self, since: str | None = None) -> Iterator[Difference]:
        """What changed behind run ``since`` (or by the latest run), one entry per object, ordered by FQN."""
        from workers.catalog import history

        return history.diff(self.db, since)

    def names(self, service: str, type_: str) -> Iterator[str]:
        """The names of a service's live entities of one type, streamed."""
        return lookup.names(self.db, service, type_)

    def stored(self, run: str) -> dict[str, int]:
        """Distinct entities stored by ``run`` per type, counted by SQL."""
        return lookup.stored(self.db, run)

    def deleted(self, run: str) -> dict[str, int]:
        """Objects per type that ``run`` deleted."""
        return approvals.applied(self.db, run, "deleted")

    def missing(self, run: str) -> dict[str, int]:
        """Objects per type that became missing through ``run``: one more ``no`` and they are deleted."""
        return approvals.applied(self.db, run, "missing")

    def waiting(self, run: str) -> dict[str, int]:
        """Objects per type that the source says are gone, and that wait for approval: they are above the cap."""
        return approvals.undecided(self.db, run, "waiting")

    def doubtful(self, run: str) -> dict[str, int]:
        """Objects per type that may only be hidden from us, because our grants changed."""
        return approvals.undecided(self.db, run, "doubt")

    def deletions(self, run: str) -> Iterator[DeletionView]:
        """Yields the objects that ``run`` missed in completely read listings, and what became of them."""
        return approvals.deletions(self.db, run)

    def approve(self, run: str, *, doubtful: bool = False) -> dict[str, int]:
        """Apply the deletions of ``run`` that wait above the cap, and those in doubt when ``doubtful``."""
        return approvals.approve(self.db, run, doubtful=doubtful)

    def undelete(self, fqn: str, type: str | None = None) -> list[tuple[str, str]]:
        """Make missing or deleted entities live again; returns their ``(type, fqn)``."""
        return approvals.undelete(self.db, fqn, type)

    def try_to_write(self) -> None:
        """Begin to write, and take it back at once. Raises what writing would raise."""
        with Transactions(self.db, "workers.catalog").write() as sql:
            sql.do("write_nothing")
            sql.conn.rollback()
