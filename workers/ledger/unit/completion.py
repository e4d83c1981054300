"""The end of units: first the unit's own work, then its descendants, then its post_process; then its parent may end."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import Any

from workers.ledger.tally import Tally
from workers.store.statements import Statements


class Finishing:
    """Collects the units that one transaction finished, and updates their parents, the deepest first.

    Parents are locked after all other rows and in one order, so that two transactions do not deadlock. The parent's own
    final batch and its last child may come in either order: the transaction that commits second finds ``outstanding``
    at zero on the locked row and advances the parent.
    """

    def __init__(self, sql: Statements, tally: Tally) -> None:
        self.sql = sql
        self.tally = tally
        self._parents: dict[str, int] = {}
        self._order: list[tuple[int, str]] = []

    def settle(self, row: Any) -> None:
        """Advance a ``waiting`` unit whose descendants are all finished. This transaction must have locked its row."""
        if row is None or row.state != "waiting" or row.outstanding > 0:
            return
        if row.post and row.phase == "walk" and not row.failed:
            self.sql.do("ready_post", unit=row.id)
            return
        self.sql.do("end_unit", unit=row.id, state="failed" if row.failed else "done")
        self.ended(row)

    def ended(self, row: Any) -> None:
        """Note that a unit and all its descendants have ended, so that ``write`` updates its parent."""
        self.tally.add(row.run, row.id, finished=1)
        if row.parent is not None:
            if row.parent not in self._parents:
                heappush(self._order, (1 - row.depth, row.parent))
            self._parents[row.parent] = self._parents.get(row.parent, 0) + 1

    def write(self) -> None:
        """Update the parents of ended units, upwards to the root."""
        while self._order:
            _, parent = heappop(self._order)
            self.settle(self.sql.one("child_finished", unit=parent, n=self._parents.pop(parent)))
