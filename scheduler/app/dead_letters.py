"""Dead letters of external sinks, which are changes that a sink refused: listed, and sent again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from specs.errors import known_values
from workers.feed import Subscriptions, letters
from workers.feed.dead_letters import Letter, count
from workers.feed.publisher.replay import Replayed, replay
from workers.process.interruption import interruptible
from workers.process.stop_flag import StopFlag
from workers.store.database import open_database


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """The first dead letters, and the number of all."""

    letters: list[Letter]
    total: int

    def as_json(self) -> list[dict[str, Any]]:
        return [each.as_json() for each in self.letters]


def dead_letters(catalog: str, sink: str | None = None, limit: int = 100) -> DeadLetters:
    """The dead letters of one sink or of all. Raises ``UsageError`` for an unknown sink, with the known ones."""
    with open_database(catalog, create=False) as db:
        counts = count(db)
        if sink is not None:
            known = {view.sink for view in Subscriptions(db).views()} | counts.keys()
            if sink not in known:
                raise known_values("unknown sink", sink, known)
        found = letters(db, sink or "", limit=limit)
    return DeadLetters(found, sum(n for name, n in counts.items() if sink in (None, name)))


def send_again(catalog: str, sink: str | None = None, fqn: str = "") -> list[Replayed]:
    """Send the dead letters of one sink or of all again, with the present contents; Ctrl-C stops it in an orderly way.

    Raises ``UsageError`` for an unknown sink, with the known ones.
    """
    stop = StopFlag()
    with open_database(catalog, create=False) as db, interruptible(stop):
        return replay(db, sink, fqn, stop=stop)
