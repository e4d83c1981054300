"""What an external sink is: something that takes lines of JSON, in order, and says when it has them safe."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, Protocol

Mode = Literal["snapshot", "changes"]


class Sink(Protocol):
    """Receives what the catalog knows.

    ``mode`` is ``snapshot``: the service's full state at the end of a run, one entity a line, sorted by FQN and type;
    or ``changes``: the events of the feed, in commit order, containers before contents.
    """

    mode: Mode

    def write(self, lines: Iterable[str]) -> int:
        """Store all ``lines`` or none, and return how many there were.

        A snapshot replaces the one before. Returning is the acknowledgement: what was written survives a crash.
        Raises ``Retry`` when the target is away for now, and ``Fatal`` when it refuses us.
        """
        ...

    def close(self) -> None:
        """Give back connections and files. May be called twice."""
        ...
