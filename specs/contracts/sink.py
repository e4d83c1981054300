"""The protocols of external sinks, which receive the catalog's contents and acknowledge what they have stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

Mode = Literal["snapshot", "changes"]


class Sink(Protocol):
    """Receives the service's full state at the end of a run, one entity a line, sorted by FQN and type."""

    def write(self, lines: Iterable[str]) -> int:
        """Store all ``lines`` or none, and return how many there were.

        A snapshot replaces the one before. To return is the acknowledgement that the lines survive a crash. Raises
        ``Retry`` when the target is unavailable, and ``Fatal`` when it refuses us.
        """
        ...

    def close(self) -> None:
        """Give back connections and files. May be called twice."""
        ...


@dataclass(frozen=True, slots=True)
class Change:
    """The present state of one object, or its deletion.

    ``seq`` is the number of the change in the feed; a receiver that stores it may ignore changes of the same object
    with a lower one. ``op`` is ``upsert`` or ``delete``. ``state`` is ``live``, or ``missing``: the source no longer
    had it when it was last asked, and another such answer deletes it. ``content`` is the entity as canonical JSON,
    empty for a deletion.
    """

    seq: int
    op: Literal["upsert", "delete"]
    type: str
    fqn: str
    state: str = "live"
    content: str = ""

    @property
    def weight(self) -> int:
        """The size of the change in bytes, about."""
        text = self.content
        return (len(text) if text.isascii() else len(text.encode())) + len(self.fqn) + 100


class Refused(NamedTuple):
    """A change that the sink will never accept in this form, and why."""

    change: Change
    reason: str


class Bounds(NamedTuple):
    """How much a sink accepts in one batch: the number of changes, and the bytes of their contents."""

    entries: int
    bytes: int


class ChangeSink(Protocol):
    """Follows the change feed, batch by batch, containers before contents.

    A change may be delivered more than once, and the second delivery must change nothing.
    """

    bounds: Bounds
    timeout: float
    """Seconds to wait for an answer; the process that feeds the sink holds its lease for longer than that."""

    def deliver(self, changes: Sequence[Change]) -> list[Refused]:
        """Deliver a batch in order; to return is the acknowledgement of all changes but the ``Refused`` ones.

        A batch contains each object once. Raises ``Skip`` when the target refuses a change of the batch without saying
        which: then no change counts as delivered, and the caller tries the batch's halves. Raises ``Retry`` when the
        target is unavailable (with ``delay`` when it asked for a pause), and ``Fatal`` when it refuses us.
        """
        ...

    def close(self) -> None:
        """Give back connections and files. May be called twice."""
        ...


class TypedFqn(NamedTuple):
    """An object by its type and FQN."""

    type: str
    fqn: str


class StoredLineage(Protocol):
    """The catalog's answers to a sink whose receiver keeps all lineage of an object in one place, whichever objects
    tell of it. A *teller* is the object to which a ``Lineage`` entity belongs: a view, or a procedure that fills
    several tables. All methods raise ``Retry`` while the catalog is unavailable.
    """

    def targets(self, teller: str, now: Sequence[TypedFqn]) -> list[TypedFqn]:
        """The targets that a teller has or ever had: ``now`` and all that were handed in before, with the teller itself
        where it was among them.

        ``now`` is stored durably before the answer, so that what a sink was told of a target is still found when the
        teller names that target no more.
        """
        ...

    def feeding(self, target: TypedFqn) -> Iterator[str]:
        """Yields the contents of the live ``Lineage`` entities that may tell of ``target``: its own, and those of
        tellers that were handed in with it."""
        ...

    def content(self, wanted: TypedFqn) -> str | None:
        """The content of a live object; ``None`` when the catalog has none."""
        ...

    def namespace(self, service: str) -> str | None:
        """What OpenLineage's naming spec calls the server of a service, by its latest recipe; ``None`` where it has no
        name for it: ``postgres://db:5432``."""
        ...
