"""How units end: their own work done, then their descendants', then their post_process; parents follow."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import Any

from workers.ledger.tally import Tally
from workers.store.statements import Statements


class Finishing:
    """Collects the units that one transaction finished and settles their parents, the deepest first.

    Parents are locked after everything else, in one order, so that two transactions do not wait for each other.
    Whichever commits second, the parent's own final batch or its last child, finds ``outstanding`` at zero on the
    locked row and moves the parent on.
    """

    def __init__(self, desk: Statements, tally: Tally) -> None:
        self.desk = desk
        self.tally = tally
        self._parents: dict[str, int] = {}
        self._order: list[tuple[int, str]] = []

    def settle(self, row: Any) -> None:
        """Move a ``waiting`` unit on when nothing below it is unfinished. Its row is locked by this transaction."""
        if row is None or row.state != "waiting" or row.outstanding > 0:
            return
        if row.post and row.phase == "walk" and not row.failed:
            self.desk.do("ready_post", unit=row.id)
            return
        self.desk.do("end_unit", unit=row.id, state="failed" if row.failed else "done")
        self.ended(row)

    def ended(self, row: Any) -> None:
        """A unit is done or failed, and its descendants are: its parent is to be told."""
        self.tally.add(row.run, row.id, finished=1)
        if row.parent is not None:
            if row.parent not in self._parents:
                heappush(self._order, (1 - row.depth, row.parent))
            self._parents[row.parent] = self._parents.get(row.parent, 0) + 1

    def write(self) -> None:
        """Tell the parents, upwards to the root."""
        while self._order:
            _, parent = heappop(self._order)
            self.settle(self.desk.one("child_finished", unit=parent, n=self._parents.pop(parent)))
