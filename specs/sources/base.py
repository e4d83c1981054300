"""The base class of all sources: a source connects on first use, identifies its server, answers whether objects exist,
and reads as carefully as its read mode says."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple

from specs.config import ConnectionConfig, Limits, MetadataExtract, Selection, StrictModel
from specs.contracts.positions import SourcePosition
from specs.errors import HeadraceError
from specs.errors.mistakes import told
from specs.topology.node import Item, Outcome, Produced, Topology
from specs.topology.read_mode import ReadMode
from specs.topology.scope import KeyRange, Scope

if TYPE_CHECKING:
    from specs.contracts.parts.resolver import Resolver

Presence = Literal["yes", "no", "unknown"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of ``headrace check``: evidence when it went well, a remedy when not."""

    name: str
    ok: bool
    evidence: str
    seconds: float = 0.0
    remedy: str = ""


class Along(NamedTuple):
    """The secondary objects of a previewed object, by entity type: ``{"Trigger": 2}``."""

    counts: dict[str, int]


class Source(ABC):
    """Reads one service. Connects on first use, serves one unit after the other, closed by the runner.

    ``service`` is the service's name; ``config`` the connector's own connection model; ``extract`` says what of the
    service is crawled at all (``extract.metadata`` of the recipe), ``settings`` is the section of another part.
    ``statements`` counts what was sent to the source so far. Nothing else may outlive a unit.
    """

    topology: ClassVar[Topology[Any]]
    selects: ClassVar[type[Selection]] = MetadataExtract
    """The model of the service type's ``extract.metadata``: its filters hold for every part."""
    asks: ClassVar[type[StrictModel]] = StrictModel
    """The model of the ``extract`` section of a part other than metadata."""
    remote: ClassVar[bool] = True
    """Whether it asks a server. A part that only reads the catalog has no server that could be another one."""
    arrived: Callable[[], None] | None = None
    """Set by the runner, for ``connected``."""
    resolver: Resolver | None = None
    """What the catalog knows, for parts that build on stored metadata. Set by the runner."""

    def __init__(
        self,
        service: str,
        config: ConnectionConfig,
        extract: Selection | None = None,
        limits: Limits | None = None,
        reading: ReadMode | None = None,
        settings: StrictModel | None = None,
    ) -> None:
        self.service = service
        self.config = config
        self.extract: Selection = extract or self.selects()
        self.settings: StrictModel = settings or self.asks()
        self.limits = limits or Limits()
        self.reading = reading or ReadMode()
        self.statements = 0

    @property
    def awaited(self) -> int:
        """The number of statements for which the present call waits; it may take as long as all of them together."""
        return 1

    @property
    def root(self) -> Scope:
        return Scope.of(self.service)

    @abstractmethod
    def identity(self) -> str:
        """A text that identifies this server among all others (system identifier, server uuid, host and path).

        Asked for every new connection, and before anything is confirmed gone. Raises ``Retry`` when the server cannot
        be reached, ``Fatal`` when it refuses us.
        """

    def position(self) -> SourcePosition | None:
        """The present position of the server in its history of changes (a WAL position, a set of GTIDs); ``None`` for a
        source without one.

        Asked with ``identity``, and of a standby for every unit. When it is behind the furthest known position of the
        service, nothing is deleted and nothing is overwritten. ``SourcePosition.relate`` compares positions.
        """
        return None

    def reached(self) -> SourcePosition | None:
        """The highest position that the server may have had when it was read last: a standby behind it may lack objects
        that were read.

        Asked when a unit ends, if ``position`` returned one. Override it where the position is known without a
        statement.
        """
        return self.position()

    @abstractmethod
    def exists(self, type_: str, scope: Scope, names: list[str]) -> dict[str, Presence]:
        """Ask the source by name whether objects of ``type_`` below the container ``scope`` exist.

        ``scope`` is the object's parent (a trigger's table); ``names`` are the last parts of their FQNs.
        "Access denied" is ``unknown``. Names left out of the answer count as ``unknown``.
        """

    def connected(self) -> None:
        """To be called by the source itself, once for every new connection, before it reads over it.

        The runner then asks ``identity`` and ``position``, and may raise ``Fatal``. Sources without connections need
        not call it: the runner asks them when their first unit begins.
        """
        if self.arrived is not None:
            self.arrived()

    def begin(self, reading: ReadMode) -> None:
        """Begin another unit over the same connection, with the read mode ``reading``; drop the state of the last
        unit."""
        self.reading = reading

    def close(self) -> None:  # noqa: B027  (a source without a connection has nothing to close)
        """Close connections and drop caches. May be called twice."""

    def cancel(self) -> None:  # noqa: B027
        """Cancel the statement that runs now, from another thread; does nothing where the driver cannot."""

    def relieve(self) -> None:  # noqa: B027
        """Free memory: drop everything that can be read again. Called between two objects, by the reading thread."""

    def listed(self, kind: str, type_: str, scope: Scope, found: Iterable[str], span: KeyRange) -> Iterator[Produced]:
        """Yields an item for each of the names ``found`` below ``scope`` within the range, in order of keys, and an
        outcome for each name that a filter drops. Counts as one statement.

        ``kind`` is the filter (``databases``, ``schemas``, ``tables``, ``views``, ``stored_procedures``), ``type_`` the
        entity type. A name that is listed twice is yielded twice: the walk makes a failed outcome of it.
        """
        self.statements += 1
        for name in sorted(name for name in found if name in span):
            yield self.kept(kind, type_, scope, name)

    def kept(
        self, kind: str, type_: str, scope: Scope, name: str, data: Any = None, estimate: int | None = None
    ) -> Produced:
        """The item of one name below ``scope``, or an outcome with the rule of the filter that drops it.

        ``data`` may be a function that makes the data, which is not called for a name that is dropped.
        """
        rule = self.extract.rule(kind, name)
        if rule is not None:
            return Outcome("filtered", type_, scope.child(name).fqn, name, rule)
        return Item(name, name, data() if callable(data) else data, estimate)

    def split(self, node: str, scope: Scope, span: KeyRange, size: int) -> Iterable[str]:
        """Keys that cut a large listing into ranges of about ``size`` objects; none when the source cannot find them
        cheaply."""
        return ()

    def fingerprint(self, scope: Scope) -> str | None:
        """A digest of our grants, for a source in which hidden and absent objects look alike; else ``None``."""
        return None

    def check(self) -> Iterator[Step]:
        """Yields the steps of the connection test, ``headrace check``; what fails is a step, not an error."""
        try:
            step = Step("identify the server", True, self.identity())
        except HeadraceError as error:
            step = Step("identify the server", False, error.what, remedy=error.remedy)
        except Exception as error:
            step = Step("identify the server", False, told(error))
        yield step

    def preview(self, node: str, scope: Scope, span: KeyRange) -> Iterator[Any]:
        """Yields only names, with filters applied, for ``headrace plan``: an ``Item`` or ``Outcome`` with the same keys
        as the producer's, without reading the objects and with no more statements. The data of an item may be
        ``Along``."""
        yield from self.topology.nodes[node].produce(self, scope, span)

    def lists(self, node: str) -> bool:
        """Whether the source can have objects of ``node``; if not, its producer sends no statement."""
        return True

    def listing_statements(self, node: str, objects: int) -> int:
        """How many statements listing so many names of ``node`` takes: one, except where a listing comes in pages."""
        return 1

    def object_statements(self, node: str) -> int:
        """How many statements each object of ``node`` takes by itself, where objects are not read slice by slice: a
        REST source sends one for each."""
        return 0

    def facets(self, node: str) -> int:
        """How many statements the producer of ``node`` sends per slice besides the listing of names."""
        return 0
