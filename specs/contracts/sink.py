"""What an external sink is: something outside that is told what the catalog knows, and says when it has it safe."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

Mode = Literal["snapshot", "changes"]


class Sink(Protocol):
    """Receives the service's full state at the end of a run, one entity a line, sorted by FQN and type."""

    def write(self, lines: Iterable[str]) -> int:
        """Store all ``lines`` or none, and return how many there were.

        A snapshot replaces the one before. Returning is the acknowledgement: what was written survives a crash.
        Raises ``Retry`` when the target is away for now, and ``Fatal`` when it refuses us.
        """
        ...

    def close(self) -> None:
        """Give back connections and files. May be called twice."""
        ...


@dataclass(frozen=True, slots=True)
class Change:
    """What one object is now, or that it is gone.

    ``seq`` numbers the change in the feed; a receiver that keeps it may ignore anything older for the same object.
    ``op`` is ``upsert`` or ``delete``. ``state`` is ``live``, or ``missing``: the source did not show it when it was
    last asked, and another such answer deletes it. ``content`` is the entity as canonical JSON; a deletion has none.
    """

    seq: int
    op: Literal["upsert", "delete"]
    type: str
    fqn: str
    state: str = "live"
    content: str = ""

    @property
    def weight(self) -> int:
        """About how many bytes the change takes."""
        text = self.content
        return (len(text) if text.isascii() else len(text.encode())) + len(self.fqn) + 100


class Refused(NamedTuple):
    """A change that the sink will never take as it is, and why."""

    change: Change
    reason: str


class Bounds(NamedTuple):
    """How much a sink takes at once: changes, and bytes of their contents."""

    entries: int
    bytes: int


class ChangeSink(Protocol):
    """Follows the change feed, batch by batch, containers before contents.

    Deliveries are at least once: what was delivered before must change nothing.
    """

    bounds: Bounds
    timeout: float
    """Seconds to wait for an answer; what feeds the sink keeps others away for longer than that."""

    def deliver(self, changes: Sequence[Change]) -> list[Refused]:
        """Hand over a batch in order; returning is the acknowledgement of all but the ``Refused`` ones.

        An object stands in a batch once. Raises ``Skip`` when the target refuses something in the batch without
        telling what: nothing of it counts as delivered, and its halves are tried. Raises ``Retry`` when it is away
        for now (with ``delay`` when it said for how long), and ``Fatal`` when it refuses us, not what we bring.
        """
        ...

    def close(self) -> None:
        """Give back connections and files. May be called twice."""
        ...
