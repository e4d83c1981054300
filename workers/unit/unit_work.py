"""One claimed unit being worked on: walk, post or confirm, batch by batch, up to its receipt."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager

from specs.contracts.work import Batch, Claim, Receipt, Unit, Verdict
from specs.errors import HeadraceError, Retry
from specs.recipe.allow_list import mask
from specs.sources.base import Source
from specs.topology.engine import following, post, walk
from specs.topology.events import Coverage, Covered, Event, Spawned, Start
from specs.topology.node import Node
from specs.topology.scope import EVERYTHING, Cursor, KeyRange
from workers.process.governor.memory import give_back
from workers.queues.weight import weigh
from workers.store.retries import patiently
from workers.unit.batch_builder import BatchBuilder
from workers.unit.emitter import Emitter
from workers.unit.host import Lane
from workers.unit.lease.heartbeat import HeldUnit
from workers.unit.source.sources import relax

CALM = 500
"""Objects that a careful unit reads without harm before it reads as fast as ever: what killed it was among them."""
HEAVY = 4_000_000
"""Bytes of a batch that is stored before anything else is read: it is held several times over while it is."""
PIECE = 2500
"""Objects in one piece of a split remainder, about."""


class Stopping(Exception):
    """The stop flag is set: give the unit back."""


class Enough(Stopping):
    """So many units stand ready that the rest of this one can wait."""


class Tight(Exception):
    """This process stays above its memory, whatever is given back: another one shall take what is left."""


class UnitWork:
    """State of one claim over several connections. ``moved`` says whether anything was emitted since last asked,
    ``partial`` whether the source was left half read, ``identified`` whether the right server answered."""

    def __init__(self, claim: Claim, lane: Lane, emitter: Emitter, held: HeldUnit) -> None:
        self.claim, self.start = claim, claim.unit.start
        self._topology = lane.topology(self.start.part)
        self._node = self._topology.nodes.get(self.start.node)
        self._ledger, self._stop, self._emitter, self._held = lane.host.ledger, lane.host.stop, emitter, held
        self._guard, self._budget, self._arrivals = lane.guard, lane.budget, lane.arrivals
        self._builder = BatchBuilder(claim.unit, claim.fence, claim.cursor)
        self._begun = time.monotonic()
        self.identified = claim.unit.depth > 0 or claim.unit.phase != "walk"
        self._statements = self._before = 0
        self._verdicts: list[Verdict] = []
        self.moved = self.partial = False
        self.secrets: Collection[str] = ()
        self.passed: Callable[[], None] = lambda: None
        """Called after each object that was read all by itself."""

    @contextmanager
    def concealing(self, secrets: Collection[str]) -> Iterator[None]:
        """What is stored about failures contains none of these texts, nor do errors that the block raises: the text of
        a library's error often quotes the address or the header that it was given."""
        self.secrets = self._builder.secrets = secrets
        try:
            yield
        except HeadraceError as error:
            error.what, error.remedy = mask(error.what, secrets), mask(error.remedy, secrets)
            raise

    def attempt(self, source: Source) -> None:
        """Work from the last cursor to the end of the unit.

        Raises ``Stopping`` when the stop flag is set, ``Enough`` when the unit has named enough child units, ``Tight``
        when the process uses too much memory, ``Lost`` when another worker holds the unit, and ``Retry`` and ``Fatal``
        of the source.
        """
        self._statements = self._before = source.statements
        self._arrivals.begin(source, self.claim.unit.run, again=self.claim.unit.phase == "confirm")
        self.identified = True
        if self.claim.unit.phase == "confirm":
            self._confirm(source)
            return
        careful, single = source.reading.careful, source.reading.slice == 1
        calm = self._builder.objects + CALM
        for event in self._events(source):
            if event.cursor is None:  # held by the builder, and dropped should we be stopped before the next cursor
                self._builder.add(event)
                continue
            self._check()
            full = self._builder.add(event)
            rest = self._over(event)
            if rest is not None:
                self._split(source, *rest)
                self.partial = True
                break
            if full or single:
                self._emit(source)
            if self._builder.children >= self._budget.children:
                raise Enough
            if single:
                self.passed()
            if careful and self._builder.objects >= calm:
                relax(source.reading)
                careful, single = False, source.reading.slice == 1
            if self._guard.due() and not self._relieved(source):
                self._cede(source, event)
                break
        self._finish(source)

    def answered(self, source: Source) -> bool:
        """Whether the source let us send anything in this try: it is reached, whatever came of it."""
        return source.statements > self._before

    @property
    def children(self) -> int:
        """Units named so far."""
        return self._builder.children

    def keep(self, source: Source | None) -> None:
        """Emit what stands after a broken try; the next one goes on behind it."""
        self._builder.drop()
        if self._builder.dirty:
            self._emit(source)

    def _events(self, source: Source) -> Iterator[Event]:
        if self.claim.unit.phase == "post":
            return post(source, self._topology, self.start, resume=self._builder.cursor)
        return walk(source, self._topology, self.start, resume=self._builder.cursor, sizes=self._sizes)

    def _sizes(self, listings: list[str]) -> Mapping[str, int]:
        return patiently(lambda: self._ledger.sizes(listings))

    def _check(self) -> None:
        if self._stop.is_set():
            raise Stopping
        self._held.check()
        self._held.alive()

    def _relieved(self, source: Source) -> bool:
        """Send what is held and give memory back. ``False``: there is still too much."""
        if self._builder.dirty:
            self._emit(source)
        source.relieve()
        return self._guard.relieve()

    def _cede(self, source: Source, event: Event) -> None:
        """Name the rest as units of its own, for processes that have memory. Raises ``Tight`` where none can be named:
        then the unit itself is given back."""
        rest = self._place(event)
        if rest is None:
            raise Tight
        self._split(source, *rest)
        self.partial = True

    def _over(self, event: Event) -> tuple[Node[Source], str] | None:
        """Where to split, when the unit used its budget up."""
        used = self._builder.objects >= self._budget.objects
        if not used and time.monotonic() - self._begun < self._budget.seconds:
            return None
        return self._place(event)

    def _place(self, event: Event) -> tuple[Node[Source], str] | None:
        """The leaf listing and its key behind which the rest can be named: the unit itself, or below its own item."""
        node, cursor = self._node, event.cursor
        if node is None or cursor is None or len(cursor) != 2 or not isinstance(cursor[1], str):
            return None
        if self.start.item is not None:
            node = next((child for child in node.children if child.name == cursor[0]), node)
        if node.name != cursor[0] or node.children or not node.divisible:
            return None
        return node, cursor[1]

    def _split(self, source: Source, node: Node[Source], key: str) -> None:
        """Say what was covered, and name the rest in pieces that ready workers can share.

        Raises ``Enough`` where the listing was not the unit itself: what comes behind it is for a later claim.
        """
        above = self._node if self.start.item is not None else None
        span, scope = (EVERYTHING if above else self.start.range), self.start.scope
        cursor: Cursor = (following(above, node), None) if above else self._builder.cursor
        if span.until is not None and key >= span.until:
            self._builder.add(Covered(Coverage(node.name, scope, span), cursor))
            return
        self._builder.add(Covered(Coverage(node.name, scope, KeyRange(span.after, key, span.only)), cursor))
        after = key
        for until in (*self._pieces(source, node, KeyRange(key, span.until)), span.until):
            piece = Start(
                node.name, scope, range=KeyRange(after, until, span.only), estimate=PIECE, part=self.start.part
            )
            self._builder.add(Spawned(piece, node.type, (), cursor))
            after = until or after
        if above:
            raise Enough

    def _pieces(self, source: Source, node: Node[Source], span: KeyRange) -> list[str]:
        try:
            return [key for key in source.split(node.name, self.start.scope, span, PIECE) if key in span]
        except HeadraceError:  # one piece will do
            return []

    def _confirm(self, source: Source) -> None:
        from workers.unit.source.confirmation import confirm  # most crawls miss no object

        suspects = patiently(lambda: self._ledger.suspects(self.claim.unit.id))
        asked = {(each.type, each.fqn) for each in self._verdicts}
        for found in confirm(source, [each for each in suspects if each not in asked]):
            if self._arrivals.stale:  # what was made since then is not there yet
                found = [each._replace(presence="unknown") for each in found]
            self._verdicts += found
            self.moved = True  # another try goes on with the questions that are left
            self._check()
        batch = self._builder.cut()
        batch.verdicts = self._verdicts
        self._check()
        self._close(batch, source, Receipt(True))

    def _finish(self, source: Source) -> None:
        reason = self._builder.incomplete
        own = self.start.item is not None and self._node is not None and bool(self._node.post_process)
        walked = self.claim.unit.phase == "walk"
        receipt = Receipt(
            complete=not reason,
            reason=reason,
            post=own and walked,
            fingerprint=_fingerprint(source, self.claim.unit) if walked and not reason else None,
            position=self._arrivals.reached(source),
        )
        self._builder.drop()
        self._close(self._builder.cut(), source, receipt)

    def _close(self, batch: Batch, source: Source, receipt: Receipt) -> None:
        batch.receipt = receipt
        position = self._emitter.emit(self._counted(batch, source))
        self.moved = True
        unit, fence = self.claim.unit.id, self.claim.fence
        self._held.later(lambda: self._ledger.flushing(unit, fence, position))

    def _emit(self, source: Source | None) -> None:
        batch = self._counted(self._builder.cut(), source)
        heavy = weigh(batch) > HEAVY
        if heavy:  # what reading it left behind goes first, and nothing is read beside it until it is stored
            give_back()
        self._emitter.emit(batch)
        self.moved = True
        del batch
        if heavy:
            self._emitter.settle()

    def _counted(self, batch: Batch, source: Source | None) -> Batch:
        batch.stale = self._arrivals.stale
        if source is not None:
            batch.statements = source.statements - self._statements
            self._statements = source.statements
        return batch


def _fingerprint(source: Source, unit: Unit) -> str | None:
    try:
        return source.fingerprint(unit.start.scope)
    except Retry:
        raise
    except HeadraceError:  # grants that cannot be read are not those of another run: the suspects stay unknown
        return f"unreadable in run {unit.run}"
